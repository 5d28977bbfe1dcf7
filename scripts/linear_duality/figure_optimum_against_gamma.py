"""The optimum against γ by three routes, and how far they disagree."""

import pandas as pd
from _names import problem_name
from _shown import real

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, legend_of, scientific, sns, subplots

FLOOR = 1e-17
ROUTES = {"closed_form": "closed form", "dual": "dual by Douglas–Rachford", "primal": "recovered networks"}
PALETTE = {"bottleneck": COLOURS["vermilion"], "full rank": COLOURS["blue"]}


def figure_optimum_against_gamma(dual, metrics, sources, instances):
    """Top: closed form, Douglas–Rachford, recovered networks. Bottom: gap. The data set beside the first instance."""
    dual = pd.concat(dual, ignore_index=True)
    shown = [real(sources), instances[0]]
    fig, axes = subplots(2, len(shown), width=10, height=7.4, sharex="col", sharey="row")
    for (top, bottom), name in zip(axes.T, shown, strict=True):
        some = dual[dual["problem"] == name]
        some = some.assign(
            rank=some["full_rank"].map({True: "full rank", False: "bottleneck"}),
            gap=some["relative_gap"].abs().clip(lower=FLOOR),
            **{route: some[column] / some["zero_network"] for column, route in ROUTES.items()},
        )
        style = {"x": "gamma", "hue": "rank", "palette": PALETTE, "hue_order": list(PALETTE)}
        sns.lineplot(some, y="closed form", ax=top, **style)
        sns.scatterplot(
            some, y=ROUTES["dual"], ax=top, marker="o", s=70, alpha=0.35, linewidth=0, legend=False, **style
        )
        sns.scatterplot(some, y=ROUTES["primal"], ax=top, marker="x", s=25, linewidth=1.3, legend=False, **style)
        sns.scatterplot(some, y="gap", ax=bottom, s=35, legend=False, **style)
        spectrum = {r"$\sigma_{\min}$": some["sigma_min"].iloc[0], r"$\sigma_{\max}$": some["sigma_max"].iloc[0]}
        for ax in (top, bottom):
            for position in spectrum.values():
                ax.axvline(position, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        for label, position in spectrum.items():
            top.annotate(label, (position, 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom")
        ranks = " and ".join(f"r = {rank}" for rank in sorted(dual.loc[dual["problem"] == name, "rank"].unique()))
        top.set_title(f"{problem_name(name)}: {ranks}", pad=22)
        bottom.axhline(1e-8, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
        bottom.set(yscale="log", ylim=(FLOOR / 3, 1e-6), xlabel=r"$\gamma\,/\,\sigma_{\max}(\tilde Y)$")
    for marker, alpha, route in (("o", 0.35, ROUTES["dual"]), ("x", 1, ROUTES["primal"])):
        axes[0, 0].plot([], [], marker, color=COLOURS["grey"], alpha=alpha, linestyle="none", label=route)
    axes[0, 0].set_ylabel("optimum / zero network")
    axes[1, 0].set_ylabel("|recovered − dual| / optimum")
    worst = metrics.set_index("metric")["value"]
    worst = worst[["worst_gap_gamma_up_to_sigma_min", "worst_gap_gamma_beyond_sigma_min"]]
    sides = " and ".join(
        rf"{scientific(value)} {side} $\sigma_{{\min}}$" for value, side in zip(worst, ("up to", "beyond"), strict=True)
    )
    finding(fig, f"Largest relative duality gap over all problems and bottlenecks: {sides}")
    legend_of(fig, axes[0, 0], ncols=4)
    return fig


if __name__ == "__main__":
    run(figure_optimum_against_gamma)
