"""Programs on rank-k approximations of the data: what their networks reach on the data, and what is proved."""

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, plain_log_ticks, sns, subplots


def figure_low_rank(rank):
    """One panel for each rank below three: objective on the data and the proved interval, over the optimum."""
    below = rank[rank["rank"] < rank["rank"].max()]
    ranks = sorted(below["rank"].unique())
    fig, axes = subplots(1, len(ranks), width=8.6, height=4.0, sharey=True)
    lines = {"low": "proved lower bound", "on_data": "network, on the data", "high": "proved upper bound"}
    for k, ax in zip(ranks, axes, strict=True):
        rows = below[below["rank"] == k]
        rows = rows.assign(**{name: rows[column] / rows["optimum"] for column, name in lines.items()})
        long = rows.melt(["draw", "decay"], list(lines.values()), "value", "ratio")
        sns.lineplot(
            long, x="decay", y="ratio", hue="value", style="value", palette=CYCLE[:3], markers=["v", "o", "^"],
            estimator="median", errorbar=("pi", 100), err_kws={"alpha": 0.15}, ax=ax, legend=k == ranks[-1],
        )  # fmt: skip
        ax.axhline(1.0, color="0.6", linewidth=1, zorder=0)
        ax.set(
            xscale="log", yscale="log", xlabel="ratio of successive singular values", ylabel="over the exact optimum"
        )
        plain_log_ticks(ax.xaxis, subs=(1.0, 3.0))
        ax.set_title(f"rank {k}: {rows['groups'].mean():.0f} groups")
    axes[-1].get_legend().set_title(None)
    exact = rank[rank["rank"] == rank["rank"].max()]
    two = below[below["rank"] == ranks[-1]]
    worst = (two["on_data"] / two["optimum"]).groupby(two["decay"]).median()
    finding(
        fig,
        f"Rank {ranks[-1]} needs {two['groups'].mean() / exact['groups'].mean():.0%} of {exact['groups'].mean():.0f} "
        f"groups; its networks miss the optimum by a share of {worst.iloc[0] - 1:.1g} to {worst.iloc[-1] - 1:.1g}",
    )
    return fig


if __name__ == "__main__":
    run(figure_low_rank)
