"""Which limit each layer has, the defect of eq. (10), and two near-parallel points."""

from _style import ARCHITECTURES, by_architecture, named, reference

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, measured, sns, subplots, ticks_at

DISTANCES = {"distance_to_k_h": "to $K^{(h)}$", "distance_to_limit": "to its own limit"}


def figure_equations(initial, defects, degeneracy, metrics, activation):
    """One panel for each of the three."""
    fig, axes = subplots(1, 3, width=10, height=4.8)
    _draw_layers(axes[0], initial)
    _draw_defects(axes[1], defects)
    _draw_degeneracy(axes[2], degeneracy[degeneracy["activation"] == activation])
    step, angle = (measured(metrics, name, ".2f") for name in ("linearisation_defect_slope", "degeneracy_slope"))
    lower = measured(metrics, "smallest_distance_of_lower_layers_to_k_h")
    finding(fig, f"Lower layers stay {lower} or more from Definition 1; eq. (10) errs like step to the power {step}; "
            rf"$\lambda_{{\min}}$ falls like angle to the power {angle}")  # fmt: skip
    legend_of(fig, axes[1])
    return fig


def _draw_layers(ax, initial):
    widest = named(initial[(initial["width"] == initial["width"].max()) & (initial["dataset"] == "sphere")])
    keys = ["architecture", "layer"]
    long = widest.rename(columns=DISTANCES).melt(keys, list(DISTANCES.values()), "distance", "value").dropna()
    long["of"] = long["architecture"] + ", " + long["distance"]
    palette = looks(ARCHITECTURES)["palette"]
    order = {f"{name}, {distance}": palette[name] for distance in DISTANCES.values() for name in ARCHITECTURES}
    ax.set_yscale("log")
    sns.pointplot(long, x="layer", y="value", hue="of", hue_order=list(order), palette=order,
                  markers=["o", "o", "x", "x"], linestyle="none", dodge=0.4, estimator="median", errorbar=("pi", 100),
                  err_kws={"linewidth": 1.5}, legend=False, ax=ax)  # fmt: skip
    ax.set(xlabel="layer h (last: output weights)", ylabel="relative distance of $G^{(h)}(0)$")
    ax.set_title("dots: to $K^{(h)}$, crosses: to own limit", fontsize="small")


def _draw_defects(ax, defects):
    by_architecture(ax, defects, "step_fraction", "linearisation_defect")
    steps = sorted(defects["step_fraction"].unique())
    end = defects.loc[defects["step_fraction"] == steps[-1], "linearisation_defect"].median()
    reference(ax, steps, end, lambda step: step**2, "slope 2")
    ax.set(xscale="log", yscale="log", xlabel=r"step as a fraction of $2/\lambda_{\max}$")
    ax.set(ylabel="relative defect of eq. (10)")
    ticks_at(ax.xaxis, steps)
    ax.tick_params(axis="x", rotation=60)


def _draw_degeneracy(ax, degeneracy):
    by_architecture(ax, degeneracy, "angle_radians", "smallest_eigenvalue")
    angles = sorted(degeneracy["angle_radians"].unique())[:-2]
    middle = degeneracy[degeneracy["angle_radians"] == angles[-1]]["smallest_eigenvalue"].median()
    reference(ax, angles, middle, lambda angle: angle**2, "slope 2")
    ax.set(xscale="log", yscale="log", xlabel="angle between two points", ylabel=r"$\lambda_{\min}(K^{(H)})$")


if __name__ == "__main__":
    run(figure_equations)
