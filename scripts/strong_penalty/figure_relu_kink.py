"""Negative curvature of a ReLU network across a kink."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, SEQUENTIAL, finding, measured, scientific, sns, subplots


def figure_relu_kink(kink, metrics):
    """Second difference of a ReLU network's objective across a kink, against the step, a line per λ."""
    figure, ax = subplots(width=9)
    lambdas = sorted(kink["lam"].unique())
    shown = [lambdas[0], lambdas[len(lambdas) // 2], *lambdas[-2:]]
    rows = kink[kink["lam"].isin(shown)]
    rows = rows.assign(penalty=rows["lam"].map(lambda lam: rf"$\lambda=$ {scientific(lam)}"))
    sns.lineplot(rows, x="step", y="second_difference", hue="penalty", style="penalty", markers=True, dashes=False,
                 palette=SEQUENTIAL, estimator=None, ax=ax)  # fmt: skip
    ax.axhline(0, color=COLOURS["black"], linewidth=1)
    ax.set_xscale("log")
    ax.set_yscale("symlog", linthresh=10)
    ax.set(xlabel="step h across the kink", ylabel="second difference of the objective\n(below 0: not convex)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    share = measured(metrics, "relu_share_of_lambdas_with_negative_curvature", ".0%")
    finding(figure, f"ReLU: at {share} of the λ tried, up to {scientific(lambdas[-1])}, a small enough step across the "
            "kink sees negative curvature")  # fmt: skip
    return figure


if __name__ == "__main__":
    run(figure_relu_kink)
