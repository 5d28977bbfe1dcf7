"""Weight decay against Schatten norms on the real data set."""

import pandas as pd
from _names import problem_name
from _shown import first_starts, real

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, measured, scientific, sns, subplots

FLOOR = 1e-12
PENALTIES = {"schatten": "Schatten norm", "weight decay": "weight decay"}


def figure_weight_decay(dual, runs, metrics, sources, weight_decay_depths):
    """Left: exact gap of either penalty against γ. Right: where descent ends above the dual bound of its objective."""
    name, depths = real(sources), list(weight_decay_depths)
    dual, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, runs))
    fig, (left, right) = subplots(1, 2, width=10, height=4.8)
    style = {"hue": "penalty", "hue_order": list(PENALTIES.values()), "palette": looks(PENALTIES.values())["palette"]}
    gaps = _gaps(dual[(dual["problem"] == name) & dual["full_rank"] & (dual["gamma"] > 0)], depths)
    none = gaps["penalty"] == "Schatten norm"
    sns.lineplot(gaps[none], x="gamma", y="gap", linewidth=7, alpha=0.4, legend=False, ax=left, **style)
    sns.lineplot(gaps, x="gamma", y="gap", style="layers", ax=left, **style)
    left.set(xlabel=r"$\gamma\,/\,\sigma_{\max}(\tilde Y)$", ylabel="(optimum − dual) / optimum", title="Exact gap")
    ends = first_starts(runs[runs["problem"] == name])
    ends = ends[(ends["inputs"] == "white") & (ends["gamma_over_sigma_min"] > 0) & ends["depth"].isin(depths)]
    ends = ends.assign(penalty=ends["regulariser"].map(PENALTIES))
    ends["excess"] = ((ends["objective"] - ends["dual"]) / ends["zero_network"]).clip(lower=FLOOR)
    sns.swarmplot(ends, x="depth", y="excess", dodge=True, size=5, legend=False, ax=right, **style)
    right.set(yscale="log", ylim=(FLOOR / 3, 3), xlabel="layers H", title="Where descent ends")
    right.set_ylabel("(end − dual) / zero network\n(below 10⁻¹² drawn there)")
    deeper = measured(metrics, "largest_weight_decay_gap_depth_3", ".0%")
    schatten = scientific(gaps.loc[none, "gap"].max())
    finding(fig, f"{problem_name(name)}: with three layers weight decay leaves a duality gap of up to {deeper}, the "
            f"Schatten norm of at most {schatten}")  # fmt: skip
    legend_of(fig, left)
    return fig


def _gaps(rows, depths):
    """One row for each γ, penalty and depth; the Schatten penalty has the same gap, zero, at every depth."""
    columns = {f"weight_decay_gap_depth_{depth}": str(depth) for depth in depths}
    decay = rows.rename(columns=columns).melt("gamma", list(columns.values()), "layers", "gap")
    schatten = rows[["gamma"]].assign(layers=str(depths[0]), gap=rows["relative_gap"].abs(), penalty="Schatten norm")
    return pd.concat(
        [decay.assign(penalty="weight decay", gap=decay["gap"].clip(lower=0)), schatten], ignore_index=True
    )


if __name__ == "__main__":
    run(figure_weight_decay)
