"""Figures of the experiment: each takes tables and draws, and computes nothing but limits of axes."""

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LogNorm, TwoSlopeNorm
from matplotlib.ticker import MaxNLocator

from convexify_workflow.plotting import COLOURS, CYCLE, SEQUENTIAL, subplots

NAMES = {"l2": "λ‖θ‖²", "shift": "λ‖θ − ε‖²", "ladder": "θᵀ diag(λ, λ², …) θ"}
NETWORK = {"activation": "tanh", "output_bias": True, "skip": False}


def of_network(table, **network):
    """Rows of one network."""
    for key, value in (NETWORK | network).items():
        table = table[table[key] == value]
    return table


def errors_against_lambda(paths, baselines, thresholds):
    """Errors (top) and numbers of minima (bottom) against λ, a column per penalty, the threshold's bracket shaded."""
    path, threshold = of_network(paths), of_network(thresholds)
    threshold = threshold[threshold["problem"] == path["problem"].iloc[0]].iloc[0]
    figure, axes = subplots(2, 3, width=13.5, height=7.2, sharex=True, sharey="row")
    for column, (kind, name) in enumerate(NAMES.items()):
        rows = path[path["penalty"] == kind].sort_values("lam")
        top, bottom = axes[:, column]
        top.plot(rows["lam"], rows["train_error"], "o-", label="network, training")
        top.plot(rows["lam"], rows["test_error"], "s-", label="network, test")
        for (predictor, style), colour in zip(
            {"constant": ":", "ridge": "--", "linearised": "-."}.items(), CYCLE[2:], strict=False
        ):
            base = baselines[baselines["predictor"] == predictor]
            base = (of_network(base) if predictor == "linearised" else base).sort_values("lam")
            top.plot(base["lam"], base["test_error"], style, color=colour, label=f"{predictor}, test")
        chosen = path[path["penalty"] == "l2"].sort_values("validation_error").iloc[0]
        top.axhline(chosen["test_error"], color=COLOURS["grey"], linewidth=1, label="λ‖θ‖² chosen by validation, test")
        bottom.plot(rows["lam"], rows["distinct_minima"], "o-", label="points")
        bottom.plot(rows["lam"], rows["distinct_functions"], "s--", label="functions (modulo symmetry)")
        marks = {
            "--": rows.loc[rows["hidden_spread"] <= 1e-3, "lam"].min(),
            ":": rows.loc[rows["distinct_neurons"] <= 1, "lam"].min(),
        }
        for ax in (top, bottom):
            ax.axvspan(threshold["lower"], threshold["upper"], color=COLOURS["orange"], alpha=0.35, linewidth=0)
            for style, lam in marks.items():
                if np.isfinite(lam):
                    ax.axvline(lam, color=COLOURS["black"], linestyle=style, linewidth=1.3)
            ax.set_xscale("log")
        top.set_title(name)
        bottom.set_xlabel("penalty factor λ")
    axes[0, 0].set_ylabel("mean squared error")
    for axis in axes[1]:
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes[1, 0].set_ylabel(f"distinct minima from {int(path['starts'].max())} starts")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    more, names = axes[1, 0].get_legend_handles_labels()
    handles += [
        *more,
        axes[0, 0].axvspan(np.nan, np.nan, color=COLOURS["orange"], alpha=0.35),
        axes[0, 0].plot([], [], "k--", linewidth=1.3)[0],
        axes[0, 0].plot([], [], "k:", linewidth=1.3)[0],
    ]
    labels += [
        *names,
        "λ_conv: certified bracket",
        "λ_zero: hidden layer contributes nothing",
        "λ_identical: one distinct neuron",
    ]
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize="small")
    return figure


def fitted_functions(functions):
    """Best fit of the curve for every λ, a panel per penalty; darker is weaker."""
    table = of_network(functions)
    lambdas = np.sort(table["lam"].unique())
    norm = LogNorm(lambdas[0], lambdas[-1])
    figure, axes = subplots(1, 3, width=13.5, height=4.4, sharey=True)
    colours = mpl.colormaps[SEQUENTIAL]
    for ax, (kind, name) in zip(axes, NAMES.items(), strict=True):
        for lam, fit in table[table["penalty"] == kind].groupby("lam"):
            ax.plot(fit["x"], fit["fit"], color=colours(norm(lam)), linewidth=1.6)
        x = np.linspace(-2, 2, 200)
        ax.plot(x, np.sin(2 * x) + 0.5, "--", color=COLOURS["vermilion"], linewidth=1.4, label="truth: sin 2x + ½")
        ax.set(title=name, xlabel="x")
    axes[0].set_ylabel("fitted function")
    axes[0].legend(loc="upper left", fontsize="small")
    figure.colorbar(mpl.cm.ScalarMappable(norm, colours), ax=list(axes), label="penalty factor λ", pad=0.01)
    return figure


def hessian_slice(slice_, growth, box):
    """Smallest Hessian eigenvalue of a·tanh(wx) plus 2λ on the whole box, for λ up to and past the threshold."""
    bracket = growth[(growth["loss"] == "a·tanh(wx)") & (growth["box"] == box)].iloc[0]
    factors = {"no penalty": 0.0, "half of λ_conv": 0.5, "λ_conv": 1.0, "twice λ_conv": 2.0}
    grid = slice_.pivot(index="a", columns="w", values="smallest_eigenvalue")
    limit = 2 * bracket["lower"]
    norm = TwoSlopeNorm(0, -limit, 2 * limit)
    figure, axes = subplots(1, 4, width=15, height=4.2, sharex=True, sharey=True)
    for ax, (name, factor) in zip(axes, factors.items(), strict=True):
        values = grid + 2 * factor * bracket["lower"]
        image = ax.pcolormesh(
            grid.columns, grid.index, values, cmap="RdBu", norm=norm, shading="nearest", rasterized=True
        )
        if values.to_numpy().min() < 0 < values.to_numpy().max():
            ax.contour(grid.columns, grid.index, values, levels=[0], colors="black", linewidths=1.2)
        ax.set(title=f"{name}: λ = {factor * bracket['lower']:.3g}", xlabel="incoming weight w")
        ax.set_aspect("equal")
    axes[0].set_ylabel("outgoing weight a")
    figure.colorbar(image, ax=list(axes), label="smallest eigenvalue of the Hessian", pad=0.01)
    return figure


def relu_kink(kink):
    """Second difference of a ReLU network's objective across a kink, against the step, a line per λ."""
    figure, ax = subplots()
    lambdas = sorted(kink["lam"].unique())
    shown = [lambdas[0], lambdas[len(lambdas) // 2], *lambdas[-2:]]
    for lam in dict.fromkeys(shown):
        rows = kink[kink["lam"] == lam].sort_values("step")
        ax.plot(rows["step"], rows["second_difference"], "o-", markersize=4, label=f"λ = {lam:g}")
    ax.axhline(0, color=COLOURS["black"], linewidth=1)
    ax.set_xscale("log")
    ax.set_yscale("symlog", linthresh=10)
    ax.set(
        xlabel="step h across the kink",
        ylabel="second difference of the objective",
        title="ReLU: for every λ a small enough step sees negative curvature",
    )
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def threshold_growth(growth):
    """Convexity threshold against the half side of the box: it grows without bound."""
    figure, ax = subplots()
    for loss, colour in zip(("a·tanh(wx)", "−θ³"), CYCLE, strict=False):
        rows = growth[growth["loss"] == loss].sort_values("box")
        ax.plot(rows["box"], rows["lower"], "o-", color=colour, label=f"{loss}: found")
        if np.isfinite(rows["upper"]).all():
            proved = f"{loss}: up to what is proved"
            ax.fill_between(
                rows["box"], rows["lower"], rows["upper"], color=colour, alpha=0.3, linewidth=0, label=proved
            )
    ax.set(
        xscale="log", yscale="log", xlabel="half side of the domain Θ", ylabel="smallest convexifying λ",
        title="A larger domain needs a larger λ: on an unbounded one none suffices",
    )  # fmt: skip
    ax.set_xticks(rows["box"], [f"{box:g}" for box in rows["box"]])
    ticks = [0.5, 1, 2, 5, 10, 20, 50]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_ylim(0.8 * growth["lower"].min(), 1.25 * growth["lower"].max())
    ax.minorticks_off()
    ax.legend()
    return figure
