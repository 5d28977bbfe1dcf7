"""The optimum against γ by three routes, and how far they disagree."""

import pandas as pd
from _shown import real

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_optimum_against_gamma(dual, sources, instances):
    """Top: closed form, Douglas–Rachford, recovered networks. Bottom: gap. The data set beside the first instance."""
    dual = pd.concat(dual, ignore_index=True)
    shown = [real(sources), instances[0]]
    fig, axes = subplots(2, len(shown), width=6.0 * len(shown), height=7.6, sharex="col", sharey="row")
    for (top, bottom), name in zip(axes.T, shown, strict=True):
        some = dual[dual["problem"] == name]
        ranks = sorted(some["rank"].unique())
        for rank, colour, kind in zip(
            ranks, (COLOURS["vermilion"], COLOURS["blue"]), ("bottleneck", "full rank"), strict=True
        ):
            rows = some[some["rank"] == rank]
            gamma, share = rows["gamma"], rows["zero_network"]
            top.plot(gamma, rows["closed_form"] / share, color=colour, label=f"closed form, {kind}")
            top.plot(gamma, rows["dual"] / share, "o", color=colour, markersize=7, mfc="none", label="dual (DR)")
            top.plot(gamma, rows["primal"] / share, "x", color=colour, markersize=5, label="recovered networks")
            bottom.plot(gamma, rows["relative_gap"].abs().clip(lower=1e-17), "o", color=colour, markersize=5)
        spectrum = [(some["sigma_min"].iloc[0], "σ_min"), (some["sigma_max"].iloc[0], "σ_max")]
        for ax in (top, bottom):
            for position, _ in spectrum:
                ax.axvline(position, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        upper = top.secondary_xaxis("top")
        upper.set_xticks([position for position, _ in spectrum], labels=[label for _, label in spectrum])
        top.set_title(f"{name.replace('_', ' ')}: r = {ranks[0]} and r = {ranks[1]}", pad=24)
        bottom.axhline(1e-8, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
        bottom.set(yscale="log", ylim=(3e-18, 1e-6), xlabel="γ / σ_max(Ỹ)")
    axes[0, 0].set_ylabel("optimum / zero network's objective")
    axes[1, 0].set_ylabel("|recovered − dual| / optimum\n(below 1e−17 drawn there)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=10)
    return fig


if __name__ == "__main__":
    run(figure_optimum_against_gamma)
