"""Figures of the relaxed neuron, each a function from tables to a figure."""

import matplotlib as mpl
import numpy as np
import pandas as pd

from convexify_workflow.plotting import COLOURS, DIVERGING, band, subplots

METHODS = {"vanilla": COLOURS["vermilion"], "relaxed": COLOURS["blue"]}
RULES = {"vanilla": "vermilion", "relaxed loss": "blue", "relaxed update": "green"}


def all_figures(trajectories, cells, theorem, curves, efficiency, planted, *, success_distance):
    """Output name to figure: every figure as PNG and as SVG."""
    figures = {
        "fig3_replica": fig3_replica(trajectories),
        "where_each_wins": where_each_wins(cells, success_distance),
        "noise_free": noise_free(cells),
        "counterexample": counterexample(curves),
        "planted_neurons": planted_neurons(planted),
        "efficiency": efficiency_figure(efficiency),
        "real_labels": real_labels(theorem),
    }
    return {**figures, **{f"{name}_svg": figure for name, figure in figures.items()}}


def fig3_replica(trajectories):
    """Three errors against the iteration, one row of panels per noise level."""
    noises = sorted(trajectories["noise"].unique())
    errors = {
        "training_error": ("mean squared training error", 1e-12),
        "test_error": ("mean squared test error", 1e-12),
        "recovery_error": ("recovery error ‖w − w*‖", 1e-6),
    }
    fig, axes = subplots(len(noises), 3, width=13, height=3.9 * len(noises), squeeze=False, sharex=True)
    for row, noise in zip(axes, noises, strict=True):
        rows = trajectories[trajectories["noise"] == noise]
        for ax, (error, (label, lowest)) in zip(row, errors.items(), strict=True):
            for method, colour in METHODS.items():
                steps = rows[rows["method"] == method].groupby("iteration")[error]
                low, high = steps.quantile(0.1), steps.quantile(0.9)
                band(ax, low.index, steps.mean(), low, high, color=colour, label=f"{method}: mean")
                ax.plot(low.index, steps.median(), color=colour, linestyle=":", label=f"{method}: median")
            ax.set(yscale="log", ylabel=label, title=_noise_title(noise), xlim=(0, low.index.max()))
            ax.set_xscale("symlog", linthresh=1)
            ax.set_xticks([0, 1, 10, 100, 1000])
            ax.set_ylim(bottom=max(lowest, 0.5 * ax.get_ylim()[0]))
    for ax in axes[-1]:
        ax.set_xlabel("iteration")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=4)
    return fig


def where_each_wins(cells, success_distance):
    """Heat maps over n/d × noise by initial scale: ratio of the median recovery errors, difference in success."""
    scales = sorted(cells["scale"].unique())
    fig, axes = subplots(2, len(scales), width=1.5 + 4.2 * len(scales), height=10.5, squeeze=False)
    for column, scale in enumerate(scales):
        part = cells[cells["scale"] == scale]
        grid = {"index": "ratio", "columns": "noise"}
        median = {
            method: rows.pivot_table(**grid, values="recovery_error", aggfunc="median").clip(lower=success_distance)
            for method, rows in part.groupby("method")
        }
        success = {
            method: rows.assign(success=rows["success"].astype(float)).pivot_table(**grid, values="success")
            for method, rows in part.groupby("method")
        }
        images = (
            _heat(axes[0, column], np.log2(median["relaxed"] / median["vanilla"]), 3.0, _ratio),
            _heat(axes[1, column], 100 * (success["vanilla"] - success["relaxed"]), 50.0, _points),
        )
        for ax in axes[:, column]:
            ax.set(title=f"initial scale {scale:g}", xlabel="label noise (standard deviation)")
    for row, image, label in zip(
        axes,
        images,
        (
            "median recovery error, relaxed / vanilla\nbelow 1 (blue): relaxed is better",
            "success rate, relaxed − vanilla (percentage points)\nabove 0 (blue): relaxed is better",
        ),
        strict=True,
    ):
        row[0].set_ylabel("samples per dimension n/d")
        bar = fig.colorbar(image, ax=row, label=label, extend="both", shrink=0.9)
        ticks = bar.get_ticks()[1:-1] if image is images[1] else [-3, -2, -1, 0, 1, 2, 3]
        bar.set_ticks(ticks, labels=[(_points if image is images[1] else _ratio)(t) for t in ticks])
    return fig


def noise_free(cells):
    """Without noise: how often the planted weights are found, and iterations to the training target."""
    clean = cells[cells["noise"] == 0]
    fig, (left, right) = subplots(1, 2, width=12, height=4.8)
    styles = dict(zip(sorted(clean["scale"].unique()), ("-", "--", ":", "-.", (0, (1, 4))), strict=False))
    reached = clean.assign(iterations=clean["iterations_to_target"].fillna(np.inf))
    for (scale, method), rows in reached.groupby(["scale", "method"]):
        look = {"color": METHODS[method], "linestyle": styles[scale], "marker": "o", "markersize": 4}
        by_ratio = rows.groupby("ratio")
        left.plot(by_ratio["success"].mean(), label=f"{method}, start × {scale:g}", **look)
        right.plot(by_ratio["iterations"].median().replace(np.inf, np.nan), **look)
    identifiable = clean.dropna(subset="identifiable").astype({"identifiable": float}).groupby("ratio")["identifiable"]
    left.plot(identifiable.mean(), color=COLOURS["grey"], linewidth=5, alpha=0.4, zorder=0, label="w* is identifiable")
    left.set(
        xlabel="samples per dimension n/d",
        ylabel="share of trials",
        title="Share of trials that find the planted weights",
    )
    right.set(
        xlabel="samples per dimension n/d",
        ylabel="median iterations to the training target",
        yscale="log",
        title="Iterations to the training target",
    )
    fig.legend(loc="outside right center")
    return fig


def counterexample(curves):
    """Both losses of the one-dimensional counterexamples."""
    fig, axes = subplots(1, 2, width=11, height=4.6)
    words = {
        "misled": "x = (1, −1), y = (1, 1):\nthe relaxed minimiser is a local maximum of L",
        "unbounded": "x = 1, y = −1:\nthe relaxed loss has no minimum",
    }
    for ax, (name, title) in zip(axes, words.items(), strict=True):
        rows = curves[curves["example"] == name]
        for column, label, colour in (("loss", "L(w)", "vermilion"), ("relaxed_loss", "relaxed $L_r(w)$", "blue")):
            style = "--" if column == "relaxed_loss" else "-"
            ax.plot(rows["weight"], rows[column], style, color=COLOURS[colour], label=label)
        ax.set(xlabel="weight w", ylabel="loss", title=title, xlim=(-2, 2))
        lowest = rows[np.isclose(rows["loss"], rows["loss"].min(), atol=1e-12)]
        if name == "misled":
            ax.plot(lowest["weight"], lowest["loss"], "o", color=COLOURS["vermilion"], label="minima of L")
            best = rows.loc[rows["relaxed_loss"].idxmin()]
            ax.plot(best["weight"], best["relaxed_loss"], "s", color=COLOURS["blue"], label="minimum of $L_r$")
        ax.legend(loc="upper center")
    axes[0].set_ylim(0, 10)
    return fig


def planted_neurons(planted):
    """Relative test error against the iteration, a panel per number of planted neurons."""
    numbers = sorted(planted["neurons"].unique())
    fig, axes = subplots(1, len(numbers), width=3.6 * len(numbers), height=4.4, squeeze=False, sharey=True)
    for ax, number in zip(axes[0], numbers, strict=True):
        part = planted[planted["neurons"] == number]
        for rule, colour in RULES.items():
            steps = part[part["rule"] == rule].groupby("iteration")["relative_test_error"]
            low, high = steps.quantile(0.1), steps.quantile(0.9)
            # For one neuron both relaxed rules are the same curve: dashes let the other show.
            style = "--" if rule == "relaxed update" else "-"
            band(ax, low.index, steps.median(), low, high, color=COLOURS[colour], linestyle=style, label=rule)
        ax.set(
            yscale="log",
            xlabel="iteration",
            ylim=(1e-10, 20),
            xlim=(0, low.index.max()),
            title=f"{number} planted neuron{'s' if number > 1 else ''}",
        )
        ax.set_xscale("symlog", linthresh=1)
        ax.set_xticks([0, 1, 10, 100, 1000])
    axes[0, 0].set_ylabel("relative test error")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def efficiency_figure(efficiency):
    """Scaled squared error of both minimisers against n/d, with the limits 2 and 4."""
    fig, ax = subplots()
    for method, colour in METHODS.items():
        errors = efficiency[efficiency["method"] == method].groupby("ratio")["scaled_error"]
        ax.errorbar(
            errors.mean().index, errors.mean(), 2 * errors.sem(), color=colour, marker="o", capsize=3, label=method
        )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="samples per dimension n/d",
        ylabel="n · ‖ŵ − w*‖² / (d · noise²)",
        title="Under noise the relaxed minimiser needs at least twice the samples",
    )
    for value in (2, 4):
        ax.axhline(value, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        ax.annotate(f"limit {value}", (1.01, value), xycoords=("axes fraction", "data"), va="center")
    ax.set_xticks(ratios := sorted(efficiency["ratio"].unique()), labels=[f"{ratio:g}" for ratio in ratios])
    ax.set_yticks([2, 4, 8, 16, 32], labels=["2", "4", "8", "16", "32"])
    ax.minorticks_off()
    ax.legend()
    return fig


def real_labels(theorem):
    """Relative loss at the relaxed minimiser beside the lowest loss found, on real data."""
    real = theorem[~theorem["source"].isin(["counterexample", "gaussian"])]
    names = list(real["source"].unique())
    fig, axes = subplots(1, len(names), width=4.2 * len(names), height=4.6, squeeze=False, sharey=True)
    floor = 1e-5
    for ax, name in zip(axes[0], names, strict=True):
        rows = real[real["source"] == name].reset_index(drop=True)
        at_relaxed, lowest = rows["relative_loss_at_relaxed_minimiser"], rows["relative_lowest_loss"]
        ax.plot(
            rows.index, lowest.clip(lower=floor), "_", markersize=26, color=COLOURS["vermilion"], label="lowest L found"
        )
        ax.plot(
            rows.index, at_relaxed.clip(lower=floor), "s", color=COLOURS["blue"], label="L at the minimiser of $L_r$"
        )
        for position in rows.index[~rows["bounded"]]:
            ax.annotate(
                "$L_r$\nunbounded", (position, 3e-4), ha="center", va="center", fontsize=9, color=COLOURS["blue"]
            )
        ax.set(yscale="log", ylim=(0.6 * floor, 2), xlim=(-0.5, len(rows) - 0.5), title=name.replace("_", " "))
        ax.set_xticks(rows.index, labels=[text.replace(", ", ",\n", 1) for text in rows["labels"]], fontsize=9)
        ax.set_xlabel("labels")
    axes[0, 0].set_ylabel("loss / ‖y‖² (below 1e−5 drawn there)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


def _heat(ax, table: pd.DataFrame, limit, text):
    norm = mpl.colors.TwoSlopeNorm(0.0, -limit, limit)
    image = ax.pcolormesh(table.to_numpy(), norm=norm, cmap=DIVERGING, edgecolor="white", linewidth=0.5)
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        dark = abs(value) > 0.6 * limit
        ax.text(
            column + 0.5,
            row + 0.5,
            text(value),
            ha="center",
            va="center",
            color="white" if dark else "black",
            fontsize=9,
        )
    ax.set_xticks(np.arange(table.shape[1]) + 0.5, labels=[f"{noise:g}" for noise in table.columns])
    ax.set_yticks(np.arange(table.shape[0]) + 0.5, labels=[f"{ratio:g}" for ratio in table.index])
    ax.tick_params(length=0)
    return image


def _ratio(logarithm):
    return f"{2.0**logarithm:.0f}" if logarithm > 6 else f"{2.0**logarithm:.2g}"


def _points(vanilla_minus_relaxed):
    rounded = -round(vanilla_minus_relaxed)
    return f"{rounded:+d}".replace("-", "−") if rounded else "0"


def _noise_title(noise):
    return "no label noise" if noise == 0 else f"label noise {noise:g}"


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, all_figures)  # noqa: F821
