"""Recovery of a planted filter against samples per dimension."""

import seaborn as sns

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, subplots

LINES = {"some draw": (), "one draw": (1, 1.5), "descent, some start": (4, 2)}


def figure_recovery(recovery, draws):
    """One panel for each number of patches."""
    counts = sorted(recovery["patches"].unique())
    fig, axes = subplots(1, len(counts), width=4.2 * len(counts), height=4.6, sharey=True)
    wide = recovery.assign(
        **{
            "some draw": (recovery["draws_recovered"] > 0).astype(float),
            "one draw": recovery["draws_recovered"] / draws,
            "descent, some start": (recovery["starts_recovered"] > 0).astype(float),
        }
    )
    names = ["patches", "dimension", "ratio", "problem"]
    long = wide.melt(names, list(LINES), "method", "share").rename(columns={"dimension": "dimension d"})
    colours = dict(zip(sorted(long["dimension d"].unique()), CYCLE, strict=False))
    for count, ax in zip(counts, axes, strict=True):
        sns.lineplot(
            long[long["patches"] == count], x="ratio", y="share", hue="dimension d", style="method", dashes=LINES,
            palette=colours, seed=0, n_boot=500, ax=ax, err_kws={"alpha": 0.08}, legend=count == counts[-1],
        )  # fmt: skip
        ax.axhline(0.5, color="0.6", linewidth=1, zorder=0)
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_formatter("{x:g}")
        ax.set(xlabel="samples per dimension n/d", ylabel="share of problems recovered", ylim=(-0.03, 1.03))
        ax.set_title(f"{count} patch{'es' if count > 1 else ''}")
    handles, labels = axes[-1].get_legend_handles_labels()
    axes[-1].get_legend().remove()
    fig.legend(handles, labels, loc="outside right center")
    fig.suptitle(_finding(wide), fontsize="medium")
    return fig


def _finding(wide):
    """What is seen, in numbers: where each method first recovers most problems with the fewest patches."""
    single = wide[wide["patches"] == wide["patches"].min()]
    first = {}
    for name in ("some draw", "descent, some start"):
        shares = single.groupby("ratio")[name].mean()
        reached = shares[shares >= 0.9]
        first[name] = f"n/d = {reached.index[0]:g}" if len(reached) else "no n/d measured"
    return (
        f"Nine problems in ten, one patch: relaxation with repeats from {first['some draw']}, "
        f"gradient descent from {first['descent, some start']}"
    )


if __name__ == "__main__":
    run(figure_recovery)
