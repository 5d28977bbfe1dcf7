"""Curvature over the whole domain of a network with two parameters."""

from matplotlib.colors import TwoSlopeNorm

from convexify_workflow.job import run
from convexify_workflow.plotting import subplots


def figure_hessian_slice(curvature, growth, box):
    """Smallest Hessian eigenvalue of a·tanh(wx) plus 2λ on the whole box, for λ up to and past the threshold."""
    bracket = growth[(growth["loss"] == "a·tanh(wx)") & (growth["box"] == box)].iloc[0]
    factors = {"no penalty": 0.0, "half of λ_conv": 0.5, "λ_conv": 1.0, "twice λ_conv": 2.0}
    grid = curvature.pivot(index="a", columns="w", values="smallest_eigenvalue")
    limit = 2 * bracket["lower"]
    norm = TwoSlopeNorm(0, -limit, 2 * limit)
    figure, axes = subplots(1, 4, width=15, height=4.2, sharex=True, sharey=True)
    for ax, (name, factor) in zip(axes, factors.items(), strict=True):
        values = grid + 2 * factor * bracket["lower"]
        image = ax.pcolormesh(
            grid.columns, grid.index, values, cmap="RdBu", norm=norm, shading="nearest", rasterized=True
        )
        if values.to_numpy().min() < 0 < values.to_numpy().max():
            ax.contour(grid.columns, grid.index, values, levels=[0], colors="black", linewidths=1.2)
        ax.set(title=f"{name}: λ = {factor * bracket['lower']:.3g}", xlabel="incoming weight w")
        ax.set_aspect("equal")
    axes[0].set_ylabel("outgoing weight a")
    figure.colorbar(image, ax=list(axes), label="smallest eigenvalue of the Hessian", pad=0.01)
    return figure


if __name__ == "__main__":
    run(figure_hessian_slice)
