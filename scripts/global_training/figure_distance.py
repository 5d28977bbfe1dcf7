"""Distance of networks of descent to the best network of any width, against their width."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, median_band, plain_log_ticks, subplots, ticks_at

STYLES = {"SGD": ("o", COLOURS["orange"]), "Adam": ("^", COLOURS["vermilion"])}


def figure_distance(optima, networks):
    """A panel per number of components: objective above the proved bound, in percent."""
    fig, axes = subplots(1, len(optima), width=max(7.0, 6.0 * len(optima)), height=4.4, squeeze=False, sharey=True)
    for ax, (_, optimum) in zip(axes[0], optima.iterrows(), strict=True):
        low = optimum["lower_bound"]
        rows = networks[networks["components"] == optimum["components"]]
        rows = rows.assign(percent=100 * (rows["objective"] / low - 1))
        for method, (marker, colour) in STYLES.items():
            style = {"color": colour, "marker": marker, "label": f"{method}: median and range of starts"}
            median_band(ax, rows[rows["method"] == method], "width", "percent", **style)
        gap = 100 * (optimum["objective"] / low - 1)
        ax.axhline(gap, color=COLOURS["blue"], label="best network found: its certified gap")
        few = int(optimum["components"])
        ax.set(xscale="log", yscale="log", xlabel="width (neurons)")
        ax.set_title(f"{int(optimum['samples']):,} images, {few} component{'s' * (few > 1)} and a constant")
        ticks_at(ax.xaxis, sorted(rows["width"].unique()))
        ax.set_ylim(top=min(2 * rows["percent"].max(), 1000))
        plain_log_ticks(ax.yaxis, subs=(1.0,))
    axes[0][0].set_ylabel("objective above the proved bound, %")
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=min(3, len(optima) + 1))
    return fig


if __name__ == "__main__":
    run(figure_distance)
