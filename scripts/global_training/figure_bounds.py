"""What is proved, what is found, and what lies between, against the rank of the data."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, measured, sns, subplots, ticks_at

COLUMNS = {"objective": "global", "searched_bound": "searched bound", "lower_bound": "lower bound"}


def figure_bounds(bounds, metrics):
    """Objective of the network found, bound if its search missed no neuron, and proved bound, against the rank."""
    fig, ax = subplots(width=9, height=4.8)
    names = {column: METHODS[method].name for column, method in COLUMNS.items()}
    long = bounds.rename(columns=names).melt(["rank", "exact"], list(names.values()), "line", "value")
    ax.fill_between(bounds["rank"], bounds["lower_bound"], bounds["objective"], color="0.9")
    sns.lineplot(long, x="rank", y="value", hue="line", style="line", estimator=None, markersize=9,
                 **looks(names.values()), ax=ax)  # fmt: skip
    relaxed = bounds[~bounds["exact"].astype(bool)]
    circle = {"color": METHODS["lower bound"].colour, "mfc": "white", "markersize": 9}
    ax.plot(relaxed["rank"], relaxed["lower_bound"], "o", label="proved by a relaxation", **circle)
    ax.set(yscale="log", xscale="log", xlabel="rank of the data", ylabel="objective / n, lower is better")
    ticks_at(ax.xaxis, bounds["rank"])
    ax.legend()
    low, high = (measured(metrics, f"gap_in_{which}") for which in ("rank_up_to_three", "highest_rank"))
    finding(fig, f"Relative gap of the network found to the proved bound of every width: at most {low} up to rank 3, "
            f"{high} in rank {bounds['rank'].max()}")  # fmt: skip
    return fig


if __name__ == "__main__":
    run(figure_bounds)
