"""A student of several neurons trained by vanilla descent and by both relaxed rules."""

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, iteration_axis, legend_of, measured, medians, subplots

#: Rule of the tables to its name: descent on either loss, and the relaxed update of the survey.
RULES = {"vanilla": "squared loss", "relaxed loss": "relaxed loss", "relaxed update": "relaxed update"}


def figure_teacher_student(teacher_student, metrics):
    """Relative test error against the iteration, a panel per number of neurons."""
    table = teacher_student.assign(rule=teacher_student["rule"].map(RULES))
    numbers = sorted(table["neurons"].unique())
    fig, axes = subplots(1, len(numbers), width=10, height=4.4, squeeze=False, sharey=True)
    style = looks(RULES.values()) | {
        "markers": False,
        "hue": "rule",
        "style": "rule",
        "hue_order": list(RULES.values()),
    }
    for ax, number in zip(axes[0], numbers, strict=True):
        part = table[table["neurons"] == number]
        medians(ax, part, "iteration", "relative_test_error", spread=("pi", 80), **style)
        ax.set(yscale="log", ylim=(1e-10, 20), xlabel="iteration", ylabel="relative test error, lower is better")
        ax.set_title(f"{number} neuron{'s' if number > 1 else ''}")
        iteration_axis(ax, part["iteration"].max())
    one, several = (
        measured(metrics, f"share_learned_relaxed_{which}", ".0%") for which in ("one_neuron", "several_neurons")
    )
    finding(fig, f"The relaxed rules learn a teacher of one neuron in {one} of the trials, one of several in {several}")
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_teacher_student)
