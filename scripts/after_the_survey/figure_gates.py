"""Random gates against the optimum over all networks, and recovery of a planted linear model against n/d."""

import numpy as np

from convexify.convex_relu.planted_recovery import half_space_probability
from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, measured, plain_log_ticks, sns, subplots, ticks_at

LINES = {"cones": "with cones: a network", "gated": "gated: no bound"}
NAMES = {"gated": "gated program", "network": "network (cones)"}


def figure_gates(gates, recovery, metrics):
    """One panel for each data set: objective over the optimum by n and number of gates; one for the recovery."""
    kinds = {"normal": "normal inputs", "images": "images, two components"}
    fig, axes = subplots(1, 3, width=12.5, height=4.2)
    for (kind, name), ax in zip(kinds.items(), axes[:2], strict=True):
        rows = gates[gates["data"] == kind]
        rows = rows.assign(**{line: rows[column] / rows["optimum"] for column, line in LINES.items()})
        long = rows.melt(["samples", "gates", "multiple"], list(LINES.values()), "program", "ratio")
        sns.lineplot(
            long, x="gates", y="ratio", hue="program", style="samples", markers=True,
            palette=[COLOURS["blue"], COLOURS["purple"]], estimator="median", errorbar=("pi", 100),
            err_kws={"alpha": 0.12}, ax=ax, legend=kind == "normal",
        )  # fmt: skip
        ax.axhline(1.0, color="0.6", linewidth=1, zorder=0)
        ax.set(xscale="log", xlabel="random gates, a multiple of log n", ylabel="objective over the optimum")
        plain_log_ticks(ax.xaxis)
        ax.set_title(name)
    axes[0].legend(fontsize="small")
    _recovery(axes[2], recovery, metrics)
    most, fewest = gates["multiple"].max(), gates["multiple"].min()
    largest = measured(metrics, "gates_over_theorem")
    over = gates["cones"] / gates["lower_bound"] / np.sqrt(np.log(2 * gates["samples"]))
    finding(
        fig,
        f"Random gates with cones, over √log 2n times the optimum: at most {largest} with {most:g} log n gates, "
        f"{over[gates['multiple'] == fewest].max():.2g} with {fewest:g} log n. "
        "Linear models of n = 1.5 d samples: "
        f"{measured(metrics, 'recovery_gated_1.5', '.0%')} recovered by the gated program, "
        f"{measured(metrics, 'recovery_network_1.5', '.0%')} by the network",
    )
    return fig


def _recovery(ax, recovery, metrics):
    """Shares with Wilson's intervals, as the metrics have them, and the probability that no half space has all."""
    d = int(recovery["dimension"].iloc[0])
    sizes = np.arange(d, recovery["samples"].max() + 1)
    ax.plot(sizes / d, [1 - half_space_probability(int(n), d) for n in sizes], color="0.5", linestyle="--",
            label="not all in a half space")  # fmt: skip
    for program, colour, marker, shift in (("gated", "purple", "P", -0.02), ("network", "green", "s", 0.02)):
        rows = metrics[metrics["metric"].str.fullmatch(rf"recovery_{program}_[\d.]+")]
        places = rows["metric"].str.rsplit("_", n=1).str[1].astype(float).to_numpy() + shift
        spread = [rows["value"] - rows["low"], rows["high"] - rows["value"]]
        ax.errorbar(places, rows["value"], yerr=spread, fmt=marker, color=COLOURS[colour], markersize=6,
                    label=NAMES[program])  # fmt: skip
    ax.axvline(2.0, color="0.8", linewidth=1, zorder=0)
    ax.set(xlabel="samples / dimension", ylabel="share recovered", title=f"Planted linear model, d = {d}")
    ticks_at(ax.xaxis, range(1, recovery["samples"].max() // d + 1))
    ax.legend(fontsize="small", loc="lower right")


if __name__ == "__main__":
    run(figure_gates)
