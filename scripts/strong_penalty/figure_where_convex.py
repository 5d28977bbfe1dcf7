"""What is left to gain where the objective becomes convex: test errors over draws of the samples."""

import pandas as pd
from _names import NAMES, problem_name

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, mean_interval, measured, plain_log_ticks, sns, subplots

#: Choices of the table in the order of the rows.
CHOICES = {
    "weakest": "smallest λ of the grid",
    "validation": "λ chosen by validation",
    "convex": f"first convex λ, {NAMES['l2']}",
    "convex shift": f"first convex λ, {NAMES['shift']}, ε random",
    "convex pretrained": f"first convex λ, {NAMES['shift']}, ε trained before",
}


def figure_where_convex(errors, metrics):
    """Test error over that of the constant predictor by choice of λ: geometric mean over draws with 95 % interval."""
    errors = pd.concat(errors).pivot(index=["problem", "draw"], columns="choice", values="test_error")
    table = errors[list(CHOICES)].div(errors["constant"], axis=0).reset_index()
    table = table.melt(["problem", "draw"], var_name="choice", value_name="error")
    table = table.assign(choice=table["choice"].map(CHOICES), problem=table["problem"].map(problem_name))
    fig, ax = subplots(width=10, height=4.8)
    ax.set_xscale("log")
    sns.pointplot(
        table, x="error", y="choice", hue="problem", palette=CYCLE[: table["problem"].nunique()], dodge=0.4,
        linestyle="none", errorbar=mean_interval, markers=list("os^Dv")[: table["problem"].nunique()], ax=ax,
    )  # fmt: skip
    ax.axvline(1, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
    ax.set(xlabel="test error / test error of the constant predictor, lower is better", ylabel="")
    plain_log_ticks(ax.xaxis, subs=(1.0,) if table["error"].min() < 0.02 else (1.0, 2.0, 5.0))
    ax.legend(title="problem", loc="center left", bbox_to_anchor=(1, 0.5))
    times = measured(metrics, "test_error_over_weight_decay")
    least = measured(metrics, "smallest_test_error_over_constant_at_first_convex", ".2f")
    finding(fig, f"Where the objective becomes convex the test error is {times} times that at the validated λ, and at "
            f"best {least} times that of a constant")  # fmt: skip
    return fig


if __name__ == "__main__":
    run(figure_where_convex)
