"""The headline: networks of descent above the best network of any width, which is proved."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import (
    COLOURS,
    finding,
    legend_of,
    measured,
    medians,
    plain_log_ticks,
    scientific,
    spelled,
    subplots,
    ticks_at,
)

BEST = {"color": METHODS["lower bound"].colour, "linewidth": 2.2}


def figure_any_width(optima, networks, metrics, dataset):
    """A column per number of components. Top: objective against width. Bottom: percent above the proved bound."""
    networks = networks.assign(method=networks["method"].map({key: METHODS[key].name for key in ("SGD", "Adam")}))
    fig, axes = subplots(2, len(optima), width=10, height=7.6, squeeze=False, sharex="col")
    style = {"hue": "method", "style": "method"} | looks(networks["method"].unique()) | {"dashes": False}
    for column, optimum in zip(axes.T, optima.itertuples(), strict=True):
        top, bottom = column
        rows = networks[networks["components"] == optimum.components]
        best, low = optimum.objective, optimum.lower_bound
        rows = rows.assign(percent=100 * (rows["objective"] / low - 1))
        medians(top, rows, "width", "objective", **style)
        medians(bottom, rows, "width", "percent", **style)
        highest = min(rows["objective"].max(), best + 12 * (rows["objective"].quantile(0.75) - best))
        top.set_ylim(best - 0.22 * (highest - best), highest + 0.05 * (highest - best))
        top.axhspan(top.get_ylim()[0], low, color=COLOURS["grey"], alpha=0.25, linewidth=0)
        top.axhline(best, label="best network found, of any width", **BEST)
        words = {"transform": top.get_yaxis_transform(), "ha": "right", "va": "center", "fontsize": 10}
        text = f"no network of any width, proved to {scientific(optimum.relative_gap)}"
        top.text(0.98, (top.get_ylim()[0] + low) / 2, text, **words)
        bottom.axhline(100 * (best / low - 1), **BEST)
        for ax in column:
            ax.set(xscale="log", xlabel="width (neurons)")
        ticks_at(top.xaxis, sorted(rows["width"].unique()))
        few = int(optimum.components)
        top.set(ylabel="training objective / n, lower is better")
        top.set_title(f"{int(optimum.samples):,} images, {few} component{'s' * (few > 1)} and a constant")
        bottom.set(yscale="log", ylabel="above the proved bound, %", ylim=(None, min(2 * rows["percent"].max(), 1000)))
        plain_log_ticks(bottom.yaxis, subs=(1.0,))
    gap = scientific(metrics.set_index("metric").loc["largest_gap_over_every_width", "value"])
    narrow, wide = (measured(metrics, f"adam_{which}_over_bound", ".3f") for which in ("narrow", "wide"))
    finding(fig, f"{spelled(dataset)}: the best network of any width is proved to a gap of {gap}. Adam over the bound: "
            f"{narrow} in the narrowest networks, {wide} in the widest")  # fmt: skip
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_any_width)
