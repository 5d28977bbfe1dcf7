"""The one-dimensional counterexamples to the theorem."""

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, sns, subplots

EXAMPLES = {"misled": "x = (1, −1), y = (1, 1)", "unbounded": "x = 1, y = −1"}
LOSSES = {"loss": "squared loss", "relaxed_loss": "relaxed loss"}


def figure_counterexample(curves):
    """Both losses of the one-dimensional counterexamples, their minima marked."""
    fig, axes = subplots(1, 2, width=10, height=4.8)
    style = looks(LOSSES.values())
    for ax, (example, data) in zip(axes, EXAMPLES.items(), strict=True):
        rows = curves[curves["example"] == example]
        long = rows.rename(columns=LOSSES).melt("weight", list(LOSSES.values()), "loss", "value")
        sns.lineplot(long, x="weight", y="value", hue="loss", palette=style["palette"], ax=ax)
        ax.set(xlabel="weight w", ylabel="loss", title=data, xlim=(-2, 2))
        for name, part in long.groupby("loss"):
            at = part[part["value"] <= part["value"].min() + 1e-12]
            if at["weight"].abs().max() < 2 and len(at) <= 2:
                ax.plot(at["weight"], at["value"], style["markers"][name], color=style["palette"][name], markersize=9)
    axes[0].set_ylim(0, 8)
    misled = curves[curves["example"] == "misled"]
    relaxed = misled.loc[misled["relaxed_loss"].idxmin(), "loss"]
    finding(
        fig,
        f"The minimiser of the relaxed loss has squared loss {relaxed:g} where {misled['loss'].min():g} is possible "
        "(left); with a negative label the relaxed loss can fall without end (right)",
    )
    legend_of(fig, axes[0])
    return fig


if __name__ == "__main__":
    run(figure_counterexample)
