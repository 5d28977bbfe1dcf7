"""The width that is needed against depth."""

from _style import VARIANT_STYLE

from convexify_workflow.job import run
from convexify_workflow.plotting import subplots


def figure_depth_width(stable_width, target_width):
    """Width needed for a stable Gram matrix and for reaching the target against depth."""
    activations = stable_width["activation"].unique()
    fig, axes = subplots(len(activations), 2, width=11, height=4.0 * len(activations), squeeze=False)
    criteria = {"stable Gram matrix": stable_width, "target reached in time": target_width}
    for row, activation in zip(axes, activations, strict=True):
        for axis, (title, needed) in zip(row, criteria.items(), strict=True):
            part = needed[needed["activation"] == activation]
            for shift, (variant, (name, colour, marker)) in enumerate(VARIANT_STYLE.items()):
                one = part[part["variant"] == variant]
                # Grid widths coincide between variants: a small shift keeps every marker visible.
                axis.plot(one["depth"] + 0.06 * (shift - 2), one["width"], color=colour, marker=marker, label=name)
            axis.set_yscale("log", base=2)
            axis.yaxis.set_major_formatter("{x:g}")
            axis.set(xlabel="depth H", ylabel="width m needed", title=f"{activation}: {title}")
            axis.set_xticks(sorted(stable_width["depth"].unique()))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


if __name__ == "__main__":
    run(figure_depth_width)
