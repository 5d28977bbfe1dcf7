"""Figures of the experiment: tables to matplotlib figures."""

import numpy as np
from matplotlib.lines import Line2D
from scipy.stats import beta

from convexify_workflow.plotting import COLOURS, CYCLE, subplots

NAMES = {
    "relu": "one ReLU unit",
    "tanh": "one tanh unit",
    "two_layer": "two-hidden-layer sub-network",
    "homogeneous p=1": "closed form, p = 1",
    "homogeneous p=1.5": "closed form, p = 1.5",
    "homogeneous p=2": "closed form, p = 2",
}
# Below this a gap is a solver's rounding.
FLOOR = 1e-8


def gap_against_branches(gaps):
    """Certified gaps, both edges of the bracket, on logarithmic axes; one panel for each kind of branch."""
    kinds = ["relu", "two_layer", "homogeneous p=1.5", "homogeneous p=2"]
    fig, axes = subplots(2, 2, sharex=True, sharey=True, width=10, height=7.4)
    finite = gaps[np.isfinite(gaps["budget"])]
    for panel, kind in zip(axes.flat, kinds, strict=True):
        rows = finite[finite["kind"] == kind]
        for colour, (tau, part) in zip(CYCLE, rows.groupby("tau"), strict=False):
            part = part[part["budget"] == part["budget"].max()].sort_values("branches")
            name = f"τ = {tau:g}" + (" (linear)" if part["linear"].all() else "")
            seen = part[part["gap"] > FLOOR]
            centre = (np.maximum(seen["gap_lower"], FLOOR) + seen["gap"]) / 2
            panel.errorbar(
                seen["branches"],
                centre,
                yerr=[centre - np.maximum(seen["gap_lower"], FLOOR), seen["gap"] - centre],
                fmt="o",
                markersize=4,
                capsize=3,
                color=colour,
                label=name,
            )
            panel.plot(part["branches"], part["bound"], color=colour, linewidth=1.2, linestyle="--")
            if part["closed_form"].notna().all() and part["closed_form"].max() > FLOOR:
                shown = part[part["closed_form"] > FLOOR]
                panel.plot(shown["branches"], shown["closed_form"], "+", markersize=11, color=COLOURS["black"])
        if not (rows["gap"] > FLOOR).any():
            panel.text(0.5, 0.5, "every gap is zero", transform=panel.transAxes, ha="center")
        panel.set(xscale="log", yscale="log", title=NAMES[kind])
        panel.set_ylim(FLOOR, 1)
        panel.legend(loc="lower left", fontsize="small")
    for panel in axes[1]:
        panel.set_xlabel("branches I")
    for panel in axes[:, 0]:
        panel.set_ylabel("duality gap P − D")
    fig.suptitle("Gaps fall like 1/I, beside the bound 2Δ/I (dashed); crosses: closed form; gaps of zero are not drawn")
    return fig


def gap_over_bound(gaps):
    """Gap · I / Δ against I: the theorem's constant is 2, one is enough when the hinge is linear."""
    fig, axes = subplots(1, 2, sharey=True, width=10, height=4.6)
    rows = gaps[np.isfinite(gaps["budget"]) & (gaps["delta_worst"] > 0) & gaps["kind"].isin(NAMES)]
    for panel, linear in zip(axes, (True, False), strict=True):
        for colour, kind in zip(CYCLE, NAMES, strict=False):
            part = rows[(rows["kind"] == kind) & (rows["linear"] == linear)]
            if part.empty:
                continue
            upper = part["gap"] * part["branches"] / part["delta_worst"]
            lower = part["gap_lower"] * part["branches"] / part["delta_worst"]
            shift = 1.06 ** (list(NAMES).index(kind) - 2.5)
            panel.vlines(part["branches"] * shift, lower, upper, color=colour, linewidth=1.5)
            panel.plot(part["branches"] * shift, upper, "o", markersize=4, color=colour, label=NAMES[kind])
        panel.axhline(2, color=COLOURS["black"], linewidth=1.2)
        panel.axhline(1, color=COLOURS["grey"], linewidth=1.2, linestyle="--")
        panel.set(xscale="log", xlabel="branches I")
        panel.set_title("hinge linear on the branches (τ large)" if linear else "hinge with its kink (τ small)")
    axes[0].annotate("theorem: 2", (1, 2), xytext=(2, 4), textcoords="offset points")
    axes[0].annotate("enough for identical branches: 1", (1, 1), xytext=(2, 4), textcoords="offset points")
    used = (rows["gap"] * rows["branches"] / rows["delta_worst"]).max()
    axes[0].set(ylabel="gap · I / Δ", ylim=(-0.06, max(2.5, 1.1 * used)))
    handles = {
        label: handle for panel in axes for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, fontsize="small")
    fig.suptitle("How much of the bound 2Δ/I is used (bars: certified brackets)")
    return fig


def three_values(gaps):
    """Relaxation, Lagrangian dual and I-branch optimum at τ = 1, with and without a budget."""
    kinds = ["relu", "tanh", "two_layer"]
    rows = gaps[(gaps["tau"] == gaps["tau"].min()) & gaps["kind"].isin(kinds)]
    budgets = [rows.loc[np.isfinite(rows["budget"]), "budget"].max(), np.inf]
    fig, axes = subplots(2, 3, sharex=True, width=12, height=7)
    for line, budget in zip(axes, budgets, strict=True):
        for panel, kind in zip(line, kinds, strict=True):
            part = rows[(rows["kind"] == kind) & (rows["budget"] == budget)].sort_values("branches")
            panel.fill_between(
                part["branches"], part["primal_lower"], part["primal_upper"], color=COLOURS["vermilion"], alpha=0.3
            )
            panel.plot(part["branches"], part["primal_upper"], "o-", color=COLOURS["vermilion"], label="optimum P")
            panel.fill_between(
                part["branches"], part["dual_lower"], part["dual_upper"], color=COLOURS["blue"], alpha=0.3
            )
            panel.plot(part["branches"], part["dual_lower"], "s--", markersize=4, color=COLOURS["blue"], label="dual D")
            panel.plot(part["branches"], part["lp"], color=COLOURS["black"], linewidth=1.2, label="relaxation LP")
            words = "no budget" if np.isinf(budget) else f"budget K = {budget:g}"
            panel.set(xscale="log", title=f"{NAMES[kind]}\n{words}")
    for panel in axes[1]:
        panel.set_xlabel("branches I")
    for panel in axes[:, 0]:
        panel.set_ylabel("mean hinge loss")
    axes[0, 0].legend(loc="upper right", fontsize="small")
    fig.suptitle(f"LP ≤ D ≤ P at τ = {rows['tau'].iloc[0]:g}: without a budget D = P while the relaxation stays below")
    return fig


def success_frequency(frequencies):
    """Share of random starts that end at the certified optimum, with 95 % binomial intervals, pooled over draws."""
    fig, axes = subplots(1, 2, width=10.5, height=4.6)
    pooled = frequencies.groupby(["tau", "branches"], as_index=False)[
        ["starts", "certain_successes", "possible_successes"]
    ].sum()
    for colour, (tau, part) in zip(CYCLE, pooled.groupby("tau"), strict=False):
        name = f"τ = {tau:g}" + (" (linear hinge)" if tau >= 1 else "")
        lower = _interval(part["certain_successes"], part["starts"])[0]
        upper = _interval(part["possible_successes"], part["starts"])[1]
        axes[0].fill_between(part["branches"], lower, upper, color=colour, alpha=0.18, linewidth=0)
        axes[0].plot(
            part["branches"], part["possible_successes"] / part["starts"], "o-", color=colour, label=name, markersize=4
        )
        axes[0].plot(
            part["branches"], part["certain_successes"] / part["starts"], "v:", color=colour, markersize=4, linewidth=1
        )
        values = frequencies[frequencies["tau"] == tau].groupby("branches")[["lower", "upper", "median_loss"]].mean()
        axes[1].fill_between(values.index, values["lower"], values["upper"], color=colour, alpha=0.35, linewidth=1.5)
        axes[1].plot(values.index, values["median_loss"], "o-", color=colour, markersize=4, label=name)
    axes[0].set(xscale="log", xlabel="branches I", ylabel="share of starts at the optimum", ylim=(-0.03, 1.03))
    axes[0].set_title("Frequency of reaching the optimum")
    axes[1].set(xscale="log", xlabel="branches I", ylabel="mean τ-hinge loss")
    axes[1].set_title("Median final loss over the certified optimum")
    handles, labels = axes[0].get_legend_handles_labels()
    grey = COLOURS["grey"]
    handles += [Line2D([], [], marker="o", color=grey), Line2D([], [], marker="v", linestyle=":", color=grey)]
    labels += ["possible (left), median (right)", "certain; bands: 95 % (left), certified bracket (right)"]
    fig.legend(handles, labels, loc="outside lower center", ncols=5, fontsize="small")
    return fig


def _interval(successes, trials, level=0.95):
    """Clopper–Pearson interval of a binomial share."""
    tail = (1 - level) / 2
    lower = beta.ppf(tail, successes, trials - successes + 1).copy()
    upper = beta.ppf(1 - tail, successes + 1, trials - successes).copy()
    return np.where(successes == 0, 0.0, lower), np.where(successes == trials, 1.0, upper)


def all_figures(gaps, frequencies):
    """Every figure of the experiment, each under its name (PNG) and its name with ``_svg``."""
    figures = {}
    for make, table in (
        (gap_against_branches, gaps),
        (gap_over_bound, gaps),
        (three_values, gaps),
        (success_frequency, frequencies),
    ):
        figures[make.__name__] = figures[f"{make.__name__}_svg"] = make(table)
    return figures


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, all_figures)  # noqa: F821
