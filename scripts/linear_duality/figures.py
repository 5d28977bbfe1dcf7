"""Figures of deep linear duality: gaps against iteration, optimum against gamma, table of optima, weight decay."""

import numpy as np
import pandas as pd

from convexify.figures import COLOURS, band, mark, subplots

FLOOR = 1e-14
GAMMA_COLOURS = [COLOURS["blue"], COLOURS["green"], COLOURS["vermilion"]]


def all_figures(dual, convergence, runs, histories, *, dataset, descent_instances, target):
    """Every figure as PNG and SVG, and the table of optima.

    Parameters
    ----------
    dual, convergence, runs, histories : list of DataFrame
        Tables of ``compute.py``, one for each source.
    dataset : str
        The real data set.
    descent_instances : list of str
        The first one is drawn beside the data set.
    target : float
        Relative gap at which a descent counts as having reached the dual value.
    """
    dual, convergence, runs, histories = (
        pd.concat(tables, ignore_index=True) for tables in (dual, convergence, runs, histories)
    )
    synthetic = descent_instances[0]
    optima = table_of_optima(runs, target)
    drawings = {
        "gap_against_iteration": lambda: gap_against_iteration(histories, convergence, dataset, target),
        "gap_against_iteration_synthetic": lambda: gap_against_iteration(histories, convergence, synthetic, target),
        "optimum_against_gamma": lambda: optimum_against_gamma(dual, [dataset, synthetic]),
        "optima": lambda: draw_table(optima),
        "weight_decay": lambda: weight_decay(dual, runs, dataset),
    }
    pictures = {}
    for name, draw in drawings.items():
        # Saving closes a figure, so each file gets its own.
        pictures[name], pictures[f"{name}_svg"] = draw(), draw()
    return {**pictures, "optima_table": optima}


def gap_against_iteration(histories, convergence, dataset, target):
    """One panel for each depth (descent), one for Douglas–Rachford."""
    rows = histories[
        (histories["dataset"] == dataset)
        & histories["full_rank"]
        & (histories["regulariser"] == "schatten")
        & (histories["inputs"] == "white")
        & (histories["initialisation"] == histories["initialisation"].iloc[0])
    ]
    depths = sorted(rows["depth"].unique())
    columns = 3
    lines = -(-(len(depths) + 1) // columns)
    fig, axes = subplots(lines, columns, width=12.5, height=3.7 * lines + 0.4, squeeze=False, sharey=True)
    panels = list(axes.flat)
    for ax, depth in zip(panels, depths, strict=False):
        for colour, (multiple, group) in zip(
            GAMMA_COLOURS, rows[rows["depth"] == depth].groupby("gamma_over_sigma_min"), strict=False
        ):
            table = group.pivot(index="iteration", columns="repetition", values="relative_gap").clip(lower=FLOOR)
            table = table.replace(np.inf, np.nan)
            band(
                ax,
                table.index + 1,
                table.median(axis=1),
                table.min(axis=1),
                table.max(axis=1),
                color=colour,
                label=f"γ = {multiple:g} σ_min",
            )
        ax.set(title=f"Gradient descent, H = {depth}")
    ax = panels[len(depths)]
    solver = convergence[
        (convergence["dataset"] == dataset) & convergence["full_rank"] & (convergence["start"] == "zero")
    ]
    solver = solver[solver["gamma_over_sigma_min"] == solver["gamma_over_sigma_min"].max()]
    random = convergence[
        (convergence["dataset"] == dataset)
        & ~convergence["full_rank"]
        & (convergence["start"] == "random")
        & (convergence["gamma_over_sigma_min"] == convergence["gamma_over_sigma_min"].max())
    ]
    for data, start, style in ((solver, "full rank, from zero", "-"), (random, "bottleneck, random start", "--")):
        for relaxation, group in data.groupby("relaxation"):
            ax.plot(
                group["iteration"],
                group["relative_gap"].clip(lower=FLOOR),
                style,
                color=COLOURS["purple"] if relaxation == 1 else COLOURS["orange"],
                label=f"ρ = {relaxation:g}, {start}",
            )
    ax.set(title="Douglas–Rachford on the dual")
    ax.legend(fontsize=8.5, loc="lower left")
    for ax in panels[: len(depths) + 1]:
        ax.set(xscale="log", yscale="log", ylim=(FLOOR / 3, 30))
        ax.axhline(target, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
        ax.set_xlabel("iteration + 1" if ax is not panels[len(depths)] else "iteration")
    for ax in panels[len(depths) + 1 :]:
        ax.set_visible(False)
    for row in axes:
        row[0].set_ylabel("relative gap to the dual value")
    fig.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def optimum_against_gamma(dual, datasets):
    """Optimum by three routes (top) and their disagreement (bottom)."""
    fig, axes = subplots(2, len(datasets), width=6.0 * len(datasets), height=7.6, sharex="col", sharey="row")
    for (top, bottom), name in zip(axes.T, datasets, strict=True):
        for colour, (rank, rows) in zip(
            (COLOURS["vermilion"], COLOURS["blue"]), dual[dual["dataset"] == name].groupby("rank"), strict=True
        ):
            share = rows["zero_network"]
            kind = "full" if rows["full_rank"].iloc[0] else "bottleneck"
            top.plot(
                rows["gamma"], rows["closed_form"] / share, color=colour, label=f"closed form, r = {rank} ({kind})"
            )
            top.plot(rows["gamma"], rows["dual"] / share, "o", color=colour, markersize=6, mfc="none", label="dual")
            top.plot(rows["gamma"], rows["primal"] / share, "x", color=colour, markersize=5, label="recovered networks")
            bottom.plot(
                rows["gamma"],
                rows["relative_gap"].abs().clip(lower=1e-17),
                "o",
                color=colour,
                markersize=5,
                label=f"r = {rank} ({kind})",
            )
        first = dual[dual["dataset"] == name].iloc[0]
        for ax in (top, bottom):
            ax.axvline(first["sigma_min"], color=COLOURS["grey"], linestyle="--", linewidth=1.2)
            ax.axvline(first["sigma_max"], color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        mark(bottom, 1e-8, "tolerance 1e−8", axis="y")
        bottom.set(yscale="log", ylim=(3e-18, 1e-4), xlabel="γ / σ_max(Ỹ)")
        top.set(title=name.replace("_", " "))
        ticks = [(first["sigma_min"], "σ_min"), (first["sigma_max"], "σ_max")]
        upper = top.secondary_xaxis("top")
        upper.set_xticks([tick for tick, _ in ticks], labels=[label for _, label in ticks])
        top.set_title(name.replace("_", " "), pad=22)
        top.legend(fontsize=8.5, loc="lower right")
        bottom.legend(fontsize=8.5, loc="upper right", ncols=2)
    axes[0, 0].set_ylabel("optimum / zero network's objective")
    axes[1, 0].set_ylabel("relative gap, recovered − dual")
    return fig


def table_of_optima(runs, target):
    """Optimum by closed form, dual and descent (best, median, worst) at full rank and the middle gamma.

    Values are relative to the objective of the zero network.
    """
    multiples = sorted(runs["gamma_over_sigma_min"].unique())
    chosen = runs[
        runs["full_rank"]
        & (runs["regulariser"] == "schatten")
        & (runs["inputs"] == "white")
        & (runs["initialisation"] == runs["initialisation"].iloc[0])
        & (runs["gamma_over_sigma_min"] == multiples[len(multiples) // 2])
    ]
    rows = []
    for (name, depth), group in chosen.groupby(["dataset", "depth"], sort=False):
        scale = group["zero_network"].iloc[0]
        rows.append(
            {
                "problem": name.replace("_", " "),
                "depth": depth,
                "gamma_over_sigma_min": group["gamma_over_sigma_min"].iloc[0],
                "closed_form": group["optimum"].iloc[0] / scale,
                "dual": group["dual"].iloc[0] / scale,
                "descent_best": group["objective"].min() / scale,
                "descent_median": group["objective"].median() / scale,
                "descent_worst": group["objective"].max() / scale,
                "runs": len(group),
                "runs_at_target": int((group["relative_gap"] <= target).sum()),
                "median_iterations_to_target": group["iterations_to_target"].median(),
                "longest_plateau": int(group["longest_plateau"].max()),
            }
        )
    return pd.DataFrame(rows)


def draw_table(optima):
    """`table_of_optima` as a picture."""
    head = [
        "problem", "H", "closed form", "dual (DR)", "GD best", "GD median", "GD worst",
        "reached", "iterations", "plateau",
    ]  # fmt: skip
    cells = [
        [
            row.problem,
            str(row.depth),
            *(f"{value:.8f}" for value in (row.closed_form, row.dual)),
            *(f"{value:.8f}" for value in (row.descent_best, row.descent_median, row.descent_worst)),
            f"{row.runs_at_target} of {row.runs}",
            "–" if np.isnan(row.median_iterations_to_target) else f"{row.median_iterations_to_target:.0f}",
            str(row.longest_plateau),
        ]
        for row in optima.itertuples()
    ]
    fig, ax = subplots(width=12.5, height=0.34 * len(cells) + 1.3)
    ax.set_axis_off()
    table = ax.table(cells, colLabels=head, loc="center", cellLoc="right", edges="horizontal")
    table.auto_set_font_size(False)
    table.set_fontsize(10.5)
    table.auto_set_column_width(range(len(head)))
    table.scale(1, 1.5)
    for (line, column), cell in table.get_celld().items():
        cell.set_edgecolor(COLOURS["grey"])
        cell.set_linewidth(0.6)
        if line == 0:
            cell.set_text_props(weight="semibold")
        elif column >= 4 and column <= 6 and float(cell.get_text().get_text()) > float(cells[line - 1][2]) + 5e-7:
            cell.set_text_props(color=COLOURS["vermilion"])
    gamma = optima["gamma_over_sigma_min"].iloc[0]
    ax.set_title(f"Optima at full rank, γ = {gamma:g} σ_min, relative to the zero network (red: above the dual value)")
    return fig


def weight_decay(dual, runs, dataset):
    """Left: exact gap of weight decay against gamma; right: where descent ends with either regulariser."""
    fig, (left, right) = subplots(1, 2, width=12.5, height=4.6)
    rows = dual[(dual["dataset"] == dataset) & dual["full_rank"]]
    names = [column for column in dual if column.startswith("weight_decay_gap_depth_")]
    depths = [int(name.rsplit("_", 1)[1]) for name in names]
    for colour, style, name, depth in zip(list(COLOURS.values()), ("-", "--", "-.", ":"), names, depths, strict=False):
        left.plot(rows["gamma"], rows[name].clip(lower=0), style, color=colour, label=f"weight decay, H = {depth}")
    left.plot(rows["gamma"], rows["relative_gap"].clip(lower=0), color=COLOURS["grey"], label="Schatten-H, any H")
    left.set(
        xlabel="γ / σ_max(Ỹ)",
        ylabel="(optimum − dual) / optimum",
        title=f"Duality gap of the two regularisers, {dataset.replace('_', ' ')}",
    )
    left.legend(fontsize=9)
    chosen = runs[
        (runs["dataset"] == dataset)
        & runs["full_rank"]
        & (runs["inputs"] == "white")
        & (runs["initialisation"] == runs["initialisation"].iloc[0])
        & runs["depth"].isin(depths)
        & (runs["gamma_over_sigma_min"] > 0)
    ]
    multiples = sorted(chosen["gamma_over_sigma_min"].unique())
    for regulariser, colour, shift in (
        ("schatten", COLOURS["blue"], -0.18),
        ("weight decay", COLOURS["vermilion"], 0.18),
    ):
        for multiple, marker in zip(multiples, "o^s", strict=False):
            some = chosen[(chosen["regulariser"] == regulariser) & (chosen["gamma_over_sigma_min"] == multiple)]
            gap = ((some["objective"] - some["dual"]) / some["zero_network"]).clip(lower=FLOOR)
            place = some["depth"].map(depths.index) + shift + 0.05 * (multiples.index(multiple) - 0.5)
            right.plot(
                place,
                gap,
                marker,
                color=colour,
                mfc="none",
                label=f"{regulariser.capitalize()}, γ = {multiple:g} σ_min",
            )
    right.set_xticks(range(len(depths)), labels=[f"H = {depth}" for depth in depths])
    right.set(
        yscale="log",
        ylim=(FLOOR / 3, 30),
        ylabel="(descent's end − dual) / zero network",
        title="Gradient descent against its dual bound",
    )
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=4, fontsize=9)
    return fig


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, all_figures)  # noqa: F821
