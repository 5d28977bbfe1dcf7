"""A student of several neurons trained by vanilla descent and by both relaxed rules."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, iteration_axis, quantile_band, subplots

# For one neuron both relaxed rules are the same curve: dashes let the other show.
RULES = {
    "vanilla": {"color": COLOURS["vermilion"]},
    "relaxed loss": {"color": COLOURS["blue"]},
    "relaxed update": {"color": COLOURS["green"], "linestyle": "--"},
}


def figure_teacher_student(teacher_student):
    """Relative test error against the iteration, a panel per number of neurons."""
    numbers = sorted(teacher_student["neurons"].unique())
    fig, axes = subplots(1, len(numbers), width=3.6 * len(numbers), height=4.4, squeeze=False, sharey=True)
    for ax, number in zip(axes[0], numbers, strict=True):
        part = teacher_student[teacher_student["neurons"] == number]
        for rule, look in RULES.items():
            quantile_band(
                ax, part[part["rule"] == rule].groupby("iteration")["relative_test_error"], label=rule, **look
            )
        ax.set(yscale="log", xlabel="iteration", ylim=(1e-10, 20))
        ax.set_title(f"teacher of {number} neuron{'s' if number > 1 else ''}")
        iteration_axis(ax, part["iteration"].max())
    axes[0, 0].set_ylabel("relative test error")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_teacher_student)
