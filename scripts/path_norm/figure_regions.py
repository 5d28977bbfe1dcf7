"""Decision regions of the models on the first draw of two spirals."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, sns, subplots

PANELS = {
    "two layers": "two layers, all patterns",
    "weight decay": "three layers, weight decay",
    "path": "three layers, path norm",
    "SGD": "path norm by SGD",
    "Adam": "path norm by Adam",
}


def figure_regions(regions, spirals):
    """One panel for each model, with the β of highest validation accuracy."""
    points = regions[regions["model"] == "points"]
    ordered = spirals.sort_values(["validation_accuracy", "beta"], ascending=False)
    chosen = ordered.drop_duplicates(["draw", "model"])
    first = chosen[chosen["draw"] == 0].set_index("model")
    shown = [name for name in PANELS if name in first.index]
    fig, axes = subplots(2, 3, width=9.0, height=6.6, sharex=True, sharey=True)
    for ax in axes.flat[len(shown) :]:
        ax.remove()
    for name, ax in zip(shown, axes.flat, strict=False):
        rows = regions[(regions["model"] == name) & (regions["beta"] == first.loc[name, "beta"])]
        grid = rows.pivot(index="x2", columns="x1", values="output")
        ax.contourf(grid.columns, grid.index, grid.to_numpy() > 0, levels=[-0.5, 0.5, 1.5],
                    colors=[COLOURS["sky"], COLOURS["orange"]], alpha=0.35)  # fmt: skip
        sns.scatterplot(points, x="x1", y="x2", hue="label", palette={-1.0: COLOURS["blue"], 1.0: COLOURS["vermilion"]},
                        s=26, legend=False, ax=ax)  # fmt: skip
        ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        ax.set_title(f"{PANELS[name]}\nβ = {first.loc[name, 'beta']:g}, test {first.loc[name, 'test_accuracy']:.2f}",
                     fontsize="small")  # fmt: skip
    means = chosen.groupby("model")["test_accuracy"].mean()
    finding(
        fig,
        f"Mean test accuracy on {spirals['draw'].nunique()} spirals: two layers {means['two layers']:.3f}, "
        f"weight decay {means['weight decay']:.3f}, path norm {means['path']:.3f}, "
        f"descent {np.max([means[name] for name in ('SGD', 'Adam') if name in means]):.3f}",
    )
    return fig


if __name__ == "__main__":
    run(figure_regions)
