"""Frequency of reaching the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, direction, finding, intervals, measured, subplots, wrapped

REGIMES = {"overlapping": "classes overlap", "realisable": "exclusive or"}
#: Suffix of the columns to what the target is.
TARGETS = {"": "reach the optimum\nof I branches", "_fixed": "reach the optimum\nof the fewest branches"}


def figure_success_frequency(shares, numbers):
    """Share of random starts that end at the optimum, with intervals over draws of samples; that optimum itself."""
    fig, axes = subplots(2, 3, width=10, height=7)
    taus = [f"τ = {tau:g}" for tau in sorted(shares["tau"].unique())]
    shares = shares.assign(count=shares["branches"].astype(str), series=shares["tau"].map("τ = {:g}".format))
    draw = {"color": "series", "palette": dict(zip(taus, CYCLE, strict=False))}
    for line, (regime, name) in zip(axes, REGIMES.items(), strict=True):
        rows = shares[shares["regime"] == regime]
        for panel, (target, title) in zip(line, TARGETS.items(), strict=False):
            low, high = f"certain{target}_low", f"possible{target}_high"
            intervals(panel, rows, "count", f"certain{target}", low=low, high=high, **draw)
            panel.set(ylabel=f"{name}: share of starts", ylim=(-0.03, 1.03), title=title)
        intervals(line[2], rows, "count", "upper", low="lower", high="upper", **draw)
        line[2].set(ylabel="mean τ-hinge loss", title="optimum of I branches\n(certified bracket)")
        line[2].set_ylim(-0.03, max(0.1, 1.15 * rows["upper"].max()))
        for panel in line:
            panel.set_xlabel("branches I")
    handles = [Line2D([], [], color=colour, marker="o") for colour in draw["palette"].values()]
    fig.legend(handles, taus, loc="outside lower center", ncols=len(taus))
    finding(fig, _finding(numbers))
    return fig


def _finding(numbers):
    parts = []
    for name, where in (("kinked", "classes overlap"), ("linear", "linear hinge"), ("realisable", "exclusive or")):
        gain = f"gain_in_success_{name}"
        which = direction(numbers, gain, "fewer", "more", "not fewer")
        parts.append(f"{where}: {which} (gain {measured(numbers, gain)})")
    return wrapped(f"Do more starts reach the optimum if there are more branches? {'; '.join(parts)}", 92)


if __name__ == "__main__":
    run(figure_success_frequency)
