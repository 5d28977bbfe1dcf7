"""Movement of the weights against width and against iteration."""

from _records import supremum
from _style import COLOUR, NAMES, legend_handles, lines_against_width, reference_slope

from convexify_workflow.job import run
from convexify_workflow.plotting import median_band, subplots


def figure_weights(records):
    """Movement of the weights against width and against iteration."""
    fig, axes = subplots(1, 2, width=11, height=4.8)
    lines_against_width(axes[0], supremum(records, "weight_distance"), "weight_distance")
    reference_slope(axes[0], -0.5)
    axes[0].set(
        ylabel=r"$\max_{h,k}\ \|W^{(h)}(k)-W^{(h)}(0)\|_F\,/\,\sqrt{m}$",
        title="Wider networks move less, like $m^{-1/2}$",
    )
    widths = [records["width"].min(), records["width"].max()]
    moving = records[(records["iteration"] > 0) & (records["dataset"] == "sphere")]
    for architecture, colour in COLOUR.items():
        for width, style in zip(widths, ("--", "-"), strict=True):
            part = moving[(moving["architecture"] == architecture) & (moving["width"] == width)]
            label = f"{NAMES[architecture]}, m = {width}"
            median_band(axes[1], part, "iteration", "weight_distance", color=colour, linestyle=style, label=label)
    axes[1].set(
        xscale="log",
        yscale="log",
        xlabel="iteration k",
        ylabel=r"$\max_h\ \|W^{(h)}(k)-W^{(h)}(0)\|_F\,/\,\sqrt{m}$",
        title="The movement goes on with the iterations (sphere)",
    )
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.18), "fontsize": 9}
    axes[0].legend(handles=legend_handles(records["dataset"].unique()), ncols=3, **below)
    axes[1].legend(ncols=2, **below)
    return fig


if __name__ == "__main__":
    run(figure_weights)
