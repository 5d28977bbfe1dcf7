"""Frequency of reaching the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots


def figure_success_frequency(shares):
    """Share of random starts that end at the certified optimum, with 95 % intervals over draws of samples."""
    fig, axes = subplots(1, 2, width=10.5, height=4.6)
    for colour, (tau, part) in zip(CYCLE, shares.groupby("tau"), strict=False):
        name = f"τ = {tau:g}" + (" (linear hinge)" if tau >= 1 else "")
        branches = part["branches"]
        axes[0].fill_between(
            branches, part["certain_low"], part["possible_high"], color=colour, alpha=0.18, linewidth=0
        )
        axes[0].plot(branches, part["possible"], "o-", color=colour, label=name, markersize=4)
        axes[0].plot(branches, part["certain"], "v:", color=colour, markersize=4, linewidth=1)
        axes[1].fill_between(branches, part["lower"], part["upper"], color=colour, alpha=0.35, linewidth=1.5)
        axes[1].plot(branches, part["median_loss"], "o-", color=colour, markersize=4, label=name)
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


if __name__ == "__main__":
    run(figure_success_frequency)
