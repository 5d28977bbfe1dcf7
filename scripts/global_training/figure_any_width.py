"""The headline: networks of descent above the best network of any width, which is proved."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, median_band, subplots, ticks_at

STYLES = {"SGD": ("o", COLOURS["orange"]), "Adam": ("^", COLOURS["vermilion"])}


def figure_any_width(optima, networks, settings):
    """A panel per number of components: objective against width, the proved line, nothing can lie below."""
    fig, axes = subplots(1, len(optima), width=max(7.0, 6.0 * len(optima)), height=4.6, squeeze=False)
    for ax, (_, optimum) in zip(axes[0], optima.iterrows(), strict=True):
        rows = networks[networks["components"] == optimum["components"]]
        for method, (marker, colour) in STYLES.items():
            style = {
                "color": colour,
                "marker": marker,
                "label": f"{method}: median and range of {settings.starts} starts",
            }
            median_band(ax, rows[rows["method"] == method], "width", "objective", **style)
        best, low = optimum["objective"], optimum["lower_bound"]
        top = min(rows["objective"].max(), best + 12 * (rows["objective"].quantile(0.75) - best))
        ax.set_ylim(best - 0.22 * (top - best), top + 0.05 * (top - best))
        ax.axhspan(ax.get_ylim()[0], low, color=COLOURS["grey"], alpha=0.25, linewidth=0)
        ax.axhspan(low, best, color=COLOURS["blue"], alpha=0.5, linewidth=0)
        ax.axhline(best, color=COLOURS["blue"], linewidth=2.2)
        ax.text(
            0.98, (low - ax.get_ylim()[0]) / (ax.get_ylim()[1] - ax.get_ylim()[0]) * 0.5,
            f"no network of any width lies below, proved to {_percent(optimum['relative_gap'])}",
            transform=ax.transAxes, ha="right", va="center", color="0.2",
        )  # fmt: skip
        ax.set(xscale="log", xlabel="width (neurons)", title=_title(optimum))
        ticks_at(ax.xaxis, sorted(rows["width"].unique()))
        ax.plot([], [], color=COLOURS["blue"], linewidth=2.2, label="best network of any width")
    axes[0][0].set_ylabel("training objective / n")
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=min(3, len(optima) + 1))
    return fig


def _title(optimum):
    few = int(optimum["components"])
    return f"{int(optimum['samples']):,} images, {few} principal component{'s' * (few > 1)} and a constant"


def _percent(gap):
    return f"{100 * gap:.1g} %"


if __name__ == "__main__":
    run(figure_any_width)
