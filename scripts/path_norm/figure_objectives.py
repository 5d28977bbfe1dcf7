"""Objectives of the path-regularised network: convex programs beside descent."""

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, plain_log_ticks, sns, subplots

NAMES = {
    "path": "convex,\npriced",
    "path, sampled": "convex,\nsampled",
    "SGD": "SGD,\nstep tuned",
    "Adam": "Adam,\nstep tuned",
}


def figure_objectives(spirals):
    """Objective over that of the priced convex program on the same spiral and β; medians in the title."""
    rows = spirals[spirals["model"].isin(NAMES)]
    best = rows[rows["model"] == "path"].set_index(["draw", "beta"])["objective"]
    base = best.loc[list(zip(rows["draw"], rows["beta"], strict=True))].to_numpy()
    rows = rows.assign(ratio=rows["objective"].to_numpy() / base, method=rows["model"].map(NAMES))
    betas = sorted(rows["beta"].unique())
    rows["penalty"] = rows["beta"].map("β = {:g}".format)
    fig, axes = subplots(height=4.0)
    sns.stripplot(
        rows, x="method", y="ratio", order=list(NAMES.values()), hue="penalty",
        hue_order=[f"β = {beta:g}" for beta in betas], palette=CYCLE[: len(betas)], dodge=len(betas) > 1, jitter=False,
        size=7, ax=axes,
    )  # fmt: skip
    axes.axhline(1.0, color="0.6", linewidth=1, zorder=0)
    axes.set(xlabel="", ylabel="objective / that of the priced program", yscale="log")
    plain_log_ticks(axes.yaxis, subs=(1.0, 1.1, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0))
    axes.get_legend().set_title(None)
    medians = rows.groupby("model")["ratio"].median()
    descent = min(medians[name] for name in ("SGD", "Adam") if name in medians)
    finding(
        fig,
        f"Over the objective of the priced program: sampled patterns {medians['path, sampled']:.2f} times, "
        f"the better descent {descent:.2f} times",
    )
    return fig


if __name__ == "__main__":
    run(figure_objectives)
