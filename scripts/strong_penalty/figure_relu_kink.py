"""Negative curvature of a ReLU network across a kink."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_relu_kink(kink):
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


if __name__ == "__main__":
    run(figure_relu_kink)
