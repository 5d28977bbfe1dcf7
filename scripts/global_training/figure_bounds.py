"""What is proved, what is found, and what lies between, against the rank of the data."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots, ticks_at


def figure_bounds(bounds):
    """Objective of the network found, bound if its search missed no neuron, and proved bound, against the rank."""
    fig, ax = subplots(width=7.4, height=4.4)
    ax.fill_between(bounds["rank"], bounds["lower_bound"], bounds["objective"], color=COLOURS["blue"], alpha=0.15)
    ax.plot(bounds["rank"], bounds["objective"], "*-", color=COLOURS["green"], markersize=11, label="network found")
    searched = {"color": COLOURS["orange"], "label": "bound if the search missed no neuron: no proof"}
    ax.plot(bounds["rank"], bounds["searched_bound"], "v--", **searched)
    ax.plot(bounds["rank"], bounds["lower_bound"], color=COLOURS["blue"], label="proved bound for every width")
    for exact, marker, label in ((True, "s", "exact pricing"), (False, "o", "relaxation")):
        part = bounds[bounds["exact"] == exact]
        face = COLOURS["blue"] if exact else "white"
        ax.plot(part["rank"], part["lower_bound"], marker, color=COLOURS["blue"], markerfacecolor=face, label=label)
    ax.set(yscale="log", xscale="log", xlabel="rank of the data", ylabel="objective / n")
    ax.set_title("What is found and what is proved, by rank")
    ticks_at(ax.xaxis, bounds["rank"])
    fig.legend(loc="outside lower center", ncols=2, fontsize="small")
    return fig


if __name__ == "__main__":
    run(figure_bounds)
