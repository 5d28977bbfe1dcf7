"""All figures of the experiment: tables in, figures out."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator

from convexify_workflow.plotting import COLOURS, band, subplots

#: Numbers as they are written, not as powers.
PLAIN = FuncFormatter(lambda value, _: f"{value:g}")
NAMES = {"fc": "fully connected", "resnet": "residual"}
COLOUR = {"fc": COLOURS["vermilion"], "resnet": COLOURS["blue"]}
LINE = {0: "-", 1: "--", 2: ":"}
VARIANT_STYLE = {
    "fc": ("fully connected", COLOURS["vermilion"], "o"),
    "resnet": ("residual: skip, 1/H", COLOURS["blue"], "s"),
    "skip, 1/sqrt(H)": ("skip, 1/√H", COLOURS["sky"], "^"),
    "skip, no scaling": ("skip, no scaling", COLOURS["green"], "D"),
    "no skip, 1/H": ("no skip, 1/H", COLOURS["orange"], "v"),
}
#: Read in Du, Zhai, Poczos and Singh (2019): widths with a reported log error, and both ends of the other two panels.
REPORTED = {
    "log_error": ([500, 1000, 2000, 4000, 8000], [-1.6, -2.1, -3.0, -4.0, -5.7]),
    "pattern_change": ([500, 8000], [0.018, 0.0067]),
    "weight_distance": ([500, 8000], [2.8, 0.45]),
}


def figures(initial, records, losses, limits, needed, degeneracy, defects, shallow):
    """One figure for each pair of outputs ``<name>_png``, ``<name>_svg``."""
    made = {
        "gram": gram_figure(initial, records),
        "weights": weights_figure(records),
        "rate": rate_figure(losses),
        "shallow": shallow_figure(shallow),
        "depth_limits": depth_limits_figure(limits),
        "depth_width": depth_width_figure(needed, limits),
        "equations": equations_figure(initial, defects, degeneracy),
    }
    return {f"{name}_{kind}": figure for name, figure in made.items() for kind in ("png", "svg")}


def gram_figure(initial, records):
    """Distance to the limit and drift against width."""
    fig, axes = subplots(1, 2, width=11, height=4.8)
    H = initial.loc[initial["distance_to_k_h"].notna(), "layer"].max()
    drift = records.assign(drift=records["gram_change"] / records["gram_norm"])
    lines_against_width(axes[0], initial[initial["layer"] == H], "distance_to_k_h")
    lines_against_width(axes[1], supremum(drift, "drift"), "drift")
    axes[0].set(ylabel=r"$\|G^{(H)}(0)-K^{(H)}\|_2\,/\,\|K^{(H)}\|_2$", title="At the start: like $m^{-1/2}$")
    axes[1].set(ylabel=r"$\max_k\|G(k)-G(0)\|_2\,/\,\|G(0)\|_2$", title="While training: faster than $m^{-1/2}$")
    for axis in axes:
        reference_slope(axis, -0.5)
    shared_legend(fig, records["dataset"].unique(), slope=True)
    return fig


def weights_figure(records):
    """Movement of the weights against width and against iteration."""
    fig, axes = subplots(1, 2, width=11, height=4.8)
    lines_against_width(axes[0], supremum(records, "weight_distance"), "weight_distance")
    reference_slope(axes[0], -0.5)
    axes[0].set(
        ylabel=r"$\max_{h,k}\ \|W^{(h)}(k)-W^{(h)}(0)\|_F\,/\,\sqrt{m}$",
        title="Wider networks move less, like $m^{-1/2}$",
    )
    widths = [records["width"].min(), records["width"].max()]
    moving = records[(records["iteration"] > 0) & (records["dataset"] == "sphere")]
    for architecture, colour in COLOUR.items():
        for width, style in zip(widths, ("--", "-"), strict=True):
            part = moving[(moving["architecture"] == architecture) & (moving["width"] == width)]
            spread = part.groupby("iteration")["weight_distance"].agg(["median", "min", "max"])
            band(
                axes[1],
                spread.index,
                spread["median"],
                spread["min"],
                spread["max"],
                color=colour,
                linestyle=style,
                label=f"{NAMES[architecture]}, m = {width}",
            )
    axes[1].set(
        xscale="log",
        yscale="log",
        xlabel="iteration k",
        ylabel=r"$\max_h\ \|W^{(h)}(k)-W^{(h)}(0)\|_F\,/\,\sqrt{m}$",
        title="The movement goes on with the iterations (sphere)",
    )
    axes[1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, fontsize=9)
    datasets_legend(axes[0], records["dataset"].unique(), slope=True)
    return fig


def rate_figure(losses):
    """Training error and the theorem's bound against iteration, a row for each activation."""
    sphere = losses[losses["dataset"] == "sphere"]
    activations, widths = list(dict.fromkeys(sphere["activation"])), sorted(sphere["width"].unique())
    fig, axes = subplots(
        len(activations), 2, width=11, height=1.2 + 3.3 * len(activations), sharey="row", squeeze=False
    )
    shades = dict(zip(widths, np.linspace(0.25, 1.0, len(widths)), strict=True))
    for row, activation in zip(axes, activations, strict=True):
        for axis, architecture in zip(row, NAMES, strict=True):
            part = sphere[(sphere["architecture"] == architecture) & (sphere["activation"] == activation)]
            for width in widths:
                spread = (
                    part[part["width"] == width].groupby("iteration")["relative_loss"].agg(["median", "min", "max"])
                )
                (line,) = axis.plot(
                    spread.index,
                    spread["median"],
                    color=COLOUR[architecture],
                    alpha=shades[width],
                    label=f"m = {width}",
                )
                if width == widths[-1]:
                    axis.fill_between(
                        spread.index, spread["min"], spread["max"], color=line.get_color(), alpha=0.15, lw=0
                    )
            bounds = part[part["width"] == widths[-1]].groupby("iteration")[["bound", "kernel_bound"]].max()
            for column, style, name in (
                ("bound", "--", "bound of eq. (15)"),
                ("kernel_bound", ":", r"all layers: $(1-\eta\lambda_{\min}(G))^{2k}$"),
            ):
                axis.plot(bounds.index, bounds[column], color=COLOURS["black"], linestyle=style, label=name)
            axis.set(yscale="log", title=f"{activation}, {NAMES[architecture]}")
        row[0].set_ylabel("training error, relative to the start")
    for axis in axes[-1]:
        axis.set_xlabel("iteration k")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, fontsize=9)
    return fig


def shallow_figure(shallow):
    """The three panels of Du, Zhai, Poczos and Singh (2019), ours beside what they report."""
    fig, axes = subplots(1, 3, width=13, height=4.6)
    last = shallow[shallow["iteration"] == shallow["iteration"].max()]
    last = last.assign(log_error=np.log10(last["loss"]))
    labels = {
        "log_error": ("log₁₀ of the training error", "The error hardly depends on the width"),
        "pattern_change": ("share of changed activations", "Activation patterns change less"),
        "weight_distance": (r"$\max_r\|w_r(k)-w_r(0)\|$", "The farthest neuron moves less"),
    }
    rules = {"calibrated": (COLOURS["blue"], "s", "smaller step, calibrated to −5.7 in the wide limit")}
    rules["half of 2/λ_max"] = (COLOURS["sky"], "^", r"step $1/\lambda_{\max}$")
    for axis, (column, (label, title)) in zip(axes, labels.items(), strict=True):
        axis.plot(*REPORTED[column], "o", color=COLOURS["black"], label="reported (n = d = 1000)")
        for rule, part in last.groupby("step_rule"):
            colour, marker, name = rules[rule]
            spread = part.groupby("width")[column].agg(["median", "min", "max"])
            band(
                axis,
                *(spread.index, spread["median"], spread["min"], spread["max"]),
                color=colour,
                label=name,
                marker=marker,
            )
        ticks = sorted({*last["width"].unique(), *REPORTED["log_error"][0]})
        axis.set(xscale="log", xlabel="width m", ylabel=label, title=title)
        axis.set_xticks(ticks, ticks, rotation=45)
        axis.minorticks_off()
        if column != "log_error":
            axis.set_ylim(bottom=0)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


def depth_limits_figure(limits):
    """Smallest eigenvalue and number of iterations of the limit against depth."""
    activations = limits["activation"].unique()
    fig, axes = subplots(len(activations), 2, width=11, height=4.0 * len(activations), squeeze=False)
    for row, activation in zip(axes, activations, strict=True):
        part = limits[limits["activation"] == activation]
        for variant, (name, colour, marker) in VARIANT_STYLE.items():
            one = part[part["variant"] == variant]
            row[0].plot(one["depth"], one["smallest_eigenvalue"], color=colour, marker=marker, label=name)
            row[1].plot(
                one["depth"], one["iterations"].replace(np.inf, np.nan), color=colour, marker=marker, label=name
            )
        row[0].set(ylabel=r"$\lambda_{\min}(K^{(H)})$", title=f"{activation}: smallest eigenvalue of the limit")
        row[1].set(ylabel="iterations to the target", title=f"{activation}: gradient descent at infinite width")
        for axis in row:
            axis.set(yscale="log", xlabel="depth H")
            axis.set_xticks(sorted(limits["depth"].unique()))
        if part["iterations"].max() < 100:
            row[1].yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
            row[1].yaxis.set_major_formatter(PLAIN)
            row[1].minorticks_off()
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


def depth_width_figure(needed, limits):
    """Width needed for a stable Gram matrix and for reaching the target against depth."""
    activations = limits["activation"].unique()
    fig, axes = subplots(len(activations), 2, width=11, height=4.0 * len(activations), squeeze=False)
    titles = {"crossing": "stable Gram matrix", "first_success": "target reached in time"}
    for row, activation in zip(axes, activations, strict=True):
        for axis, (criterion, title) in zip(row, titles.items(), strict=True):
            part = needed[(needed["activation"] == activation) & (needed["criterion"] == criterion)]
            for shift, (variant, (name, colour, marker)) in enumerate(VARIANT_STYLE.items()):
                one = part[part["variant"] == variant]
                # Grid widths coincide between variants: a small shift keeps every marker visible.
                axis.plot(one["depth"] + 0.06 * (shift - 2), one["width"], color=colour, marker=marker, label=name)
            axis.set_yscale("log", base=2)
            axis.yaxis.set_major_formatter(PLAIN)
            axis.set(xlabel="depth H", ylabel="width m needed", title=f"{activation}: {title}")
            axis.set_xticks(sorted(limits["depth"].unique()))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


def equations_figure(initial, defects, degeneracy):
    """Which limit each layer has, the defect of eq. (10), and two near-parallel points."""
    fig, axes = subplots(1, 3, width=13.5, height=4.8)
    widest = initial[(initial["width"] == initial["width"].max()) & (initial["dataset"] == "sphere")]
    layers = sorted(widest["layer"].unique())
    for shift, architecture in enumerate(NAMES):
        part = widest[widest["architecture"] == architecture].groupby("layer").median(numeric_only=True)
        place = np.array(layers) + 0.12 * (shift - 0.5)
        colour, name = COLOUR[architecture], NAMES[architecture]
        axes[0].plot(place, part["distance_to_k_h"], "o", color=colour, markersize=9, label=f"{name}: to $K^{{(h)}}$")
        axes[0].plot(place, part["distance_to_limit"], "x", color=colour, markersize=9, label=f"{name}: to its limit")
    axes[0].set(
        yscale="log",
        xlabel="layer h (the last one: output weights)",
        ylabel="relative distance of $G^{(h)}(0)$",
        title="Only layer H tends to Definition 1",
    )
    axes[0].set_xticks(layers)
    for architecture, part in defects.groupby("architecture"):
        spread = part.groupby("step_fraction")["linearisation_defect"].agg(["median", "min", "max"])
        band(
            axes[1],
            *(spread.index, spread["median"], spread["min"], spread["max"]),
            color=COLOUR[architecture],
            marker="o",
            label=NAMES[architecture],
        )
    reference_slope(axes[1], 2.0)
    fractions = sorted(defects["step_fraction"].unique())
    axes[1].set(
        xscale="log",
        yscale="log",
        xlabel=r"step as a fraction of $2/\lambda_{\max}$",
        ylabel="relative defect of eq. (10)",
        title="Eq. (10) errs by the square of the step",
    )
    axes[1].set_xticks(fractions, [f"{fraction:g}" for fraction in fractions], rotation=45)
    axes[1].minorticks_off()
    for (architecture, activation), part in degeneracy.groupby(["architecture", "activation"]):
        axes[2].plot(
            part["angle_radians"],
            part["smallest_eigenvalue"],
            color=COLOUR[architecture],
            linestyle="-" if activation == degeneracy["activation"].iloc[0] else "--",
            marker="o",
            label=f"{NAMES[architecture]}, {activation}",
        )
    axes[2].set(
        xscale="log",
        yscale="log",
        xlabel="angle between two points (radians)",
        ylabel=r"$\lambda_{\min}(K^{(H)})$",
        title="Near-parallel points: angle²",
    )
    for axis in axes:
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2, fontsize=8.5, handlelength=3)
    return fig


def lines_against_width(axis, table, column):
    """Median over the starts, band from smallest to largest; colour by architecture, line by data set."""
    for index, dataset in enumerate(table["dataset"].unique()):
        for architecture, colour in COLOUR.items():
            part = table[(table["dataset"] == dataset) & (table["architecture"] == architecture)]
            spread = part.groupby("width")[column].agg(["median", "min", "max"])
            band(
                axis,
                *(spread.index, spread["median"], spread["min"], spread["max"]),
                color=colour,
                linestyle=LINE[index],
                marker="o",
            )
    axis.set(xscale="log", yscale="log", xlabel="width m")
    ticks = sorted(table["width"].unique())
    axis.set_xticks(ticks, ticks, rotation=45)
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(PLAIN)
    axis.minorticks_off()


def reference_slope(axis, slope):
    """Grey dotted line of the given slope through the middle of what is drawn."""
    x = np.array(axis.lines[0].get_xdata(), dtype=float)
    y = np.array(axis.lines[0].get_ydata(), dtype=float)
    axis.plot(x, y[-1] * (x / x[-1]) ** slope, ":", color=COLOURS["grey"], label=f"slope {slope:g}")


def supremum(records, column):
    """Largest value over the iterations of each run."""
    return records.groupby(["dataset", "architecture", "width", "repetition"], as_index=False, sort=False)[column].max()


def legend_handles(datasets, slope):
    """Handles for colours (architecture), lines (data set) and the reference slope."""
    handles = [Line2D([], [], color=colour, label=NAMES[name]) for name, colour in COLOUR.items()]
    handles += [
        Line2D([], [], color=COLOURS["black"], linestyle=LINE[i], label=name) for i, name in enumerate(datasets)
    ]
    if slope:
        handles.append(Line2D([], [], color=COLOURS["grey"], linestyle=":", label="slope −1/2"))
    return handles


def shared_legend(fig, datasets, *, slope):
    """One legend under all panels."""
    fig.legend(handles=legend_handles(datasets, slope), loc="outside lower center", ncols=5)


def datasets_legend(axis, datasets, *, slope):
    """The same legend under one panel."""
    axis.legend(
        handles=legend_handles(datasets, slope), loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3, fontsize=9
    )


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, figures)  # noqa: F821
