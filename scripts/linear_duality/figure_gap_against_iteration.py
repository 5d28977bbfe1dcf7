"""Figures of deep linear duality: gaps against iteration, optimum against gamma, table of optima, weight decay."""

import numpy as np
import pandas as pd

from convexify_workflow.plotting import COLOURS, band, subplots

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
        pictures[name] = pictures[f"{name}_svg"] = draw()
    return {**pictures, "optima_table": optima}


def gap_against_iteration(histories, convergence, dataset, target):
    """One panel for each depth (descent), one for inputs as given, one for Douglas–Rachford."""
    rows = histories[
        (histories["dataset"] == dataset)
        & histories["full_rank"]
        & (histories["regulariser"] == "schatten")
        & (histories["initialisation"] == histories["initialisation"].iloc[0])
    ]
    white = rows[rows["inputs"] == "white"]
    plans = [(f"Gradient descent, H = {depth}", some) for depth, some in white.groupby("depth")]
    plans.append(("Gradient descent, H = 2, inputs not white", rows[rows["inputs"] == "as given"]))
    columns = 3 if len(plans) > 3 else 2
    lines = -(-(len(plans) + 1) // columns)
    fig, axes = subplots(lines, columns, width=12.5, height=3.7 * lines + 0.4, squeeze=False, sharey=True)
    panels = list(axes.flat)
    for ax, (title, some) in zip(panels, plans, strict=False):
        for colour, (multiple, group) in zip(GAMMA_COLOURS, some.groupby("gamma_over_sigma_min"), strict=False):
            table = group.pivot(index="iteration", columns="repetition", values="relative_gap")
            table = table.replace(np.inf, np.nan).clip(lower=FLOOR)
            middle, low, high = table.median(axis=1), table.min(axis=1), table.max(axis=1)
            band(
                ax,
                table.index + 1,
                middle,
                low,
                high,
                color=colour,
                label=f"γ = {multiple:g} σ_min" if multiple else "γ = 0",
            )
        ax.set(title=title, xscale="log", xlabel="iteration + 1")
    _draw_douglas_rachford(panels[len(plans)], convergence[convergence["dataset"] == dataset])
    for ax in panels[: len(plans) + 1]:
        ax.set(yscale="log", ylim=(FLOOR / 3, 30))
        ax.axhline(target, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
    for ax in panels[len(plans) + 1 :]:
        ax.set_visible(False)
    for row in axes:
        row[0].set_ylabel("relative gap to the dual value")
    fig.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def _draw_douglas_rachford(ax, rows):
    rows = rows[rows["gamma_over_sigma_min"] == rows["gamma_over_sigma_min"].max()]
    cases = (("full rank, from zero", True, "zero", "-"), ("bottleneck, random start", False, "random", "--"))
    for text, full_rank, start, style in cases:
        some = rows[(rows["full_rank"] == full_rank) & (rows["start"] == start)]
        for colour, (relaxation, group) in zip(
            (COLOURS["purple"], COLOURS["orange"]), some.groupby("relaxation"), strict=False
        ):
            gap = group["relative_gap"].clip(lower=FLOOR)
            ax.plot(group["iteration"], gap, style, color=colour, label=f"ρ = {relaxation:g}, {text}")
    ax.set(title="Douglas–Rachford on the dual", xlabel="iteration")
    ax.set_xlim(0, None)
    ax.legend(fontsize=8.5, loc="upper right")


def optimum_against_gamma(dual, datasets):
    """Optimum by three routes (top) and their disagreement (bottom)."""
    fig, axes = subplots(2, len(datasets), width=6.0 * len(datasets), height=7.6, sharex="col", sharey="row")
    for (top, bottom), name in zip(axes.T, datasets, strict=True):
        some = dual[dual["dataset"] == name]
        ranks = sorted(some["rank"].unique())
        for rank, colour, kind in zip(
            ranks, (COLOURS["vermilion"], COLOURS["blue"]), ("bottleneck", "full rank"), strict=True
        ):
            rows = some[some["rank"] == rank]
            gamma, share = rows["gamma"], rows["zero_network"]
            top.plot(gamma, rows["closed_form"] / share, color=colour, label=f"closed form, {kind}")
            top.plot(gamma, rows["dual"] / share, "o", color=colour, markersize=7, mfc="none", label="dual (DR)")
            top.plot(gamma, rows["primal"] / share, "x", color=colour, markersize=5, label="recovered networks")
            bottom.plot(gamma, rows["relative_gap"].abs().clip(lower=1e-17), "o", color=colour, markersize=5)
        spectrum = [(some["sigma_min"].iloc[0], "σ_min"), (some["sigma_max"].iloc[0], "σ_max")]
        for ax in (top, bottom):
            for position, _ in spectrum:
                ax.axvline(position, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        upper = top.secondary_xaxis("top")
        upper.set_xticks([position for position, _ in spectrum], labels=[label for _, label in spectrum])
        top.set_title(f"{name.replace('_', ' ')}: r = {ranks[0]} and r = {ranks[1]}", pad=24)
        bottom.axhline(1e-8, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
        bottom.set(yscale="log", ylim=(3e-18, 1e-6), xlabel="γ / σ_max(Ỹ)")
    axes[0, 0].set_ylabel("optimum / zero network's objective")
    axes[1, 0].set_ylabel("|recovered − dual| / optimum\n(below 1e−17 drawn there)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=10)
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
    fig, ax = subplots(width=11.5, height=0.32 * (len(cells) + 2))
    ax.set_axis_off()
    table = ax.table(cells, colLabels=head, bbox=(0, 0, 1, 1), cellLoc="right", edges="horizontal")
    table.auto_set_font_size(False)
    table.set_fontsize(10.5)
    table.auto_set_column_width(range(len(head)))
    for (line, column), cell in table.get_celld().items():
        cell.set_edgecolor(COLOURS["grey"])
        cell.set_linewidth(0.6)
        if line == 0:
            cell.set_text_props(weight="semibold")
        elif column >= 4 and column <= 6 and float(cell.get_text().get_text()) > float(cells[line - 1][2]) + 5e-7:
            cell.set_text_props(color=COLOURS["vermilion"])
    gamma = optima["gamma_over_sigma_min"].iloc[0]
    ax.set_title(f"Optima at full rank, γ = {gamma:g} σ_min, relative to the zero network (orange: above the dual)")
    return fig


def weight_decay(dual, runs, dataset):
    """Left: exact gap of weight decay against gamma; right: where descent ends with either regulariser."""
    fig, (left, right) = subplots(1, 2, width=12.5, height=4.6)
    rows = dual[(dual["dataset"] == dataset) & dual["full_rank"]]
    # At γ = 0 there is no penalty and no gap; the gap does not tend to 0 with γ.
    rows = rows[rows["gamma"] > 0]
    names = [column for column in dual if column.startswith("weight_decay_gap_depth_")]
    depths = [int(name.rsplit("_", 1)[1]) for name in names]
    left.plot(
        rows["gamma"], rows["relative_gap"].clip(lower=0), color="#C8C8C8", linewidth=7, label="Schatten-H, any H"
    )
    for colour, style, name, depth in zip(list(COLOURS.values()), ("-", "--", "-.", ":"), names, depths, strict=False):
        left.plot(rows["gamma"], rows[name].clip(lower=0), style, color=colour, label=f"weight decay, H = {depth}")
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
    for regulariser, colour, side in (("schatten", COLOURS["blue"], -1), ("weight decay", COLOURS["vermilion"], 1)):
        for k, (multiple, marker) in enumerate(zip(multiples, "o^s", strict=False)):
            some = chosen[(chosen["regulariser"] == regulariser) & (chosen["gamma_over_sigma_min"] == multiple)]
            place = some["depth"].map(depths.index) + side * (0.12 + 0.16 * k)
            above, least = (
                ((some[column] - some["dual"]) / some["zero_network"]).clip(lower=FLOOR)
                for column in ("objective", "optimum")
            )
            label = f"{regulariser.capitalize()}, γ = {multiple:g} σ_min"
            right.plot(place, above, marker, color=colour, mfc="none", label=label)
            right.plot(
                place, least, "_", color="black", markersize=16, label="exact optimum" if side + k == 2 else None
            )
    right.set_xticks(range(len(depths)), labels=[f"H = {depth}" for depth in depths])
    right.set(
        yscale="log",
        ylim=(FLOOR / 3, 30),
        ylabel="(descent's end − dual) / zero network",
        title="Gradient descent against its dual bound",
    )
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=5, fontsize=9)
    return fig


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, all_figures)  # noqa: F821
