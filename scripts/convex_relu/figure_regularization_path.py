"""The regularisation path: objective, active groups, errors and certified gap against λ."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, measured, medians, plain_log_ticks, spelled, subplots

#: Smaller gaps are rounding.
FLOOR = 1e-12
ERRORS = {"training_error": ("grey", ":"), "validation_error": ("blue", "-"), "test_error": ("sky", "--")}


def figure_regularization_path(path, numbers, settings):
    """Four panels over λ / the smallest λ with a zero network; medians over draws, bands from smallest to largest."""
    fig, axes = subplots(2, 2, width=10, height=6, sharex=True)
    objective, active, errors, gap = axes.flat
    # Fractions of one place on the path differ between draws by rounding.
    place = path.groupby("draw")["fraction"].rank()
    fraction = path.groupby(place)["fraction"].transform("median")
    rows = path.assign(relative_gap=path["relative_gap"].clip(lower=FLOOR), fraction=fraction)
    colour = METHODS["sampled"].colour
    for ax, column in ((objective, "objective"), (active, "active"), (gap, "relative_gap")):
        medians(ax, rows, "fraction", column, color=colour, marker="o")
    for column, (name, dashes) in ERRORS.items():
        label = column.removesuffix("_error")
        medians(errors, rows, "fraction", column, color=COLOURS[name], linestyle=dashes, label=label)
    errors.legend()
    gap.axhline(settings.tol, color=COLOURS["grey"], linestyle=":")
    gap.annotate("gap asked for", (0.99, settings.tol), xycoords=("axes fraction", "data"), va="bottom", ha="right")
    chosen = numbers.set_index("metric")["value"]["path_chosen_over_largest_lam"]
    for ax in axes.flat:
        ax.axvline(chosen, color=COLOURS["grey"], linewidth=1, zorder=0)
    for ax in axes[1]:
        ax.set_xlabel("λ / smallest λ with a zero network")
    objective.set(xscale="log", yscale="log", ylabel="objective per sample", title="Objective")
    active.set(ylabel="groups that are not zero", title="Active groups", ylim=(0, None))
    errors.set(ylabel="share of wrong classes\n(lower is better)", title="Errors", ylim=(0, None))
    plain_log_ticks(objective.yaxis)
    gap.set(
        yscale="log",
        ylim=(None, 5 * max(settings.tol, rows["relative_gap"].max())),
        ylabel="relative duality gap\n(1e−12: rounding)",
        title="Certified gap",
    )
    where, groups = measured(numbers, "path_chosen_over_largest_lam"), measured(numbers, "path_chosen_active", ".0f")
    finding(
        fig,
        f"{spelled(settings.dataset)}: the validation loss is least at {where} of the largest λ, with {groups} groups "
        "active; test error there less that at the smallest λ: "
        f"{measured(numbers, 'path_test_error_chosen_less_last', '.3f')}",
    )
    return fig


if __name__ == "__main__":
    run(figure_regularization_path)
