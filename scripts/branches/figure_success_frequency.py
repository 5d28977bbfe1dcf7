"""Frequency of reaching the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots, ticks_at

REGIMES = {"overlapping": "classes overlap", "realisable": "exclusive or: zero loss reachable"}


def figure_success_frequency(shares):
    """Share of random starts that end at the certified optimum, with 95 % intervals over draws of samples."""
    fig, axes = subplots(2, 3, width=13, height=8, sharex="row")
    for line, (regime, title) in zip(axes, REGIMES.items(), strict=True):
        groups = shares[shares["regime"] == regime].groupby("tau")
        for colour, (tau, part) in zip(CYCLE, groups, strict=False):
            _draw(line, part, colour, f"τ = {tau:g}" + (" (linear hinge)" if tau >= 1 else ""))
        line[0].set(ylabel="share of starts at the optimum of I branches", title=title)
        line[1].set(ylabel=f"share at the optimum of I = {part['branches'].min()}", title="one fixed target")
        line[2].set(ylabel="mean τ-hinge loss", title="median final loss over the optimum of I")
        for panel in line:
            panel.set(xscale="log", xlabel="branches I")
            ticks_at(panel.xaxis, sorted(part["branches"]))
        for panel in line[:2]:
            panel.set_ylim(-0.03, 1.03)
        line[0].legend(fontsize="small")
    grey = COLOURS["grey"]
    handles = [Line2D([], [], marker="o", color=grey), Line2D([], [], marker="v", linestyle=":", color=grey)]
    labels = [
        "possible successes; median loss (right)",
        "certain successes; bands: 95 % (left, middle), bracket of the optimum (right)",
    ]
    fig.legend(handles, labels, loc="outside lower center", ncols=2, fontsize="small")
    return fig


def _draw(line, part, colour, name):
    branches = part["branches"]
    for panel, target in zip(line, ("", "_fixed"), strict=False):
        panel.fill_between(
            branches,
            part[f"certain{target}_low"],
            part[f"possible{target}_high"],
            color=colour,
            alpha=0.15,
            linewidth=0,
        )
        panel.plot(branches, part[f"possible{target}"], "o-", color=colour, label=name, markersize=4)
        panel.plot(branches, part[f"certain{target}"], "v:", color=colour, markersize=4, linewidth=1)
    line[2].fill_between(branches, part["lower"], part["upper"], color=colour, alpha=0.35, linewidth=1.5)
    line[2].plot(branches, part["median_loss"], "o-", color=colour, markersize=4)


if __name__ == "__main__":
    run(figure_success_frequency)
