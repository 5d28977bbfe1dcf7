"""Measures of non-convexity and ends of the Hessian's spectrum against the number of branches."""

from matplotlib.ticker import LogLocator, NullFormatter, NullLocator

from convexify_workflow.plotting import CYCLE, band, subplots

VARIANTS = {
    "official": "plane of three networks (official)",
    "aligned": "the same, networks aligned by permutation",
    "random": "random filter-normalised directions",
    "constant step": "official plane, one step for every I",
    "fixed total width": "official plane, fixed total width",
}


def measures_against_branches(measures, rows):
    """Each measure against I: median and range over the repetitions."""
    shown = {
        "violation": "largest midpoint violation",
        "relative_violation": "violation / range of the loss",
        "violation_below_constant": "violation, ends better than\na constant predictor",
        "chord_violation": "largest violation on chords\nbetween the networks",
        "negative_share": "share of the plane with\nnegative curvature",
        "training_loss": "training loss reached",
    }
    logarithmic = {"violation", "violation_below_constant", "chord_violation", "training_loss"}
    bands = measures[measures["grid_points"] == measures["grid_points"].min()]
    fig, grid = subplots(
        len(shown),
        len(rows),
        width=4.2 * len(rows) + 0.3,
        height=2.55 * len(shown) + 1.1,
        squeeze=False,
        sharex=True,
        sharey="row",
    )
    for line, (name, label) in zip(grid, shown.items(), strict=True):
        for axes, row in zip(line, rows, strict=True):
            for colour, variant in zip(CYCLE, VARIANTS, strict=False):
                part = bands[(bands["row"] == row["name"]) & (bands["variant"] == variant)]
                values = part.groupby("branches")[name]
                same_networks = name == "training_loss" and variant in ("aligned", "random")
                if same_networks or values.median().isna().any():
                    continue
                # A violation of zero has no place on a logarithmic axis: its foot stands for "none".
                low, middle, high = (
                    v.clip(lower=1e-4 if name in logarithmic else None)
                    for v in (values.min(), values.median(), values.max())
                )
                band(
                    axes,
                    middle.index,
                    middle,
                    low,
                    high,
                    color=colour,
                    marker="o",
                    markersize=4,
                    label=VARIANTS[variant],
                )
            _ticks_at(axes, sorted(measures["branches"].unique()))
            if name in logarithmic:
                axes.set(yscale="log")
                axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
                axes.yaxis.set_major_formatter("{x:g}")
                axes.yaxis.set_minor_locator(NullLocator())
            if axes in grid[0]:
                axes.set_title(row["title"])
        line[0].set_ylabel(label)
    for axes in grid[-1]:
        axes.set_xlabel("number of branches I")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=2)
    fig.suptitle(
        "Non-convexity against the number of branches: median and range over repetitions\n"
        "(logarithmic axes end at 0.0001, where no violation is seen)",
        fontsize=12,
    )
    return fig


def hessian_against_branches(hessian, rows):
    """Ends of the Hessian's spectrum and its negative share at a trained network."""
    shown = {
        "ratio": "$λ_{min}\\,/\\,λ_{max}$",
        "negative_mass": "negative share of the\nspectral mass",
        "smallest": "$-λ_{min}$",
        "largest": "$λ_{max}$",
    }
    fig, grid = subplots(
        len(shown),
        len(rows),
        width=4.2 * len(rows) + 0.3,
        height=2.6 * len(shown) + 0.9,
        squeeze=False,
        sharex=True,
        sharey="row",
    )
    names = {"margin": "margin loss (the training loss)", "cross-entropy": "cross-entropy of the same network"}
    for line, (name, label) in zip(grid, shown.items(), strict=True):
        for axes, row in zip(line, rows, strict=True):
            for colour, loss in zip(CYCLE, names, strict=False):
                part = hessian[(hessian["row"] == row["name"]) & (hessian["loss"] == loss)]
                values = part.assign(smallest=-part["smallest"]).groupby("branches")[name]
                band(
                    axes,
                    values.median().index,
                    values.median(),
                    values.min(),
                    values.max(),
                    color=colour,
                    marker="o",
                    markersize=4,
                    label=names[loss],
                )
            _ticks_at(axes, sorted(hessian["branches"].unique()))
            if name in ("smallest", "largest"):
                axes.set(yscale="log")
                axes.yaxis.set_minor_formatter(NullFormatter())
            if axes in grid[0]:
                axes.set_title(row["title"])
        line[0].set_ylabel(label)
    for axes in grid[-1]:
        axes.set_xlabel("number of branches I")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=2)
    fig.suptitle("Hessian at a trained network: median and range over repetitions", fontsize=12)
    return fig


def _ticks_at(axes, branches):
    axes.set(xscale="log")
    axes.set_xticks(branches, [f"{number:,}" for number in branches])
    axes.xaxis.set_minor_locator(NullLocator())
