"""Curvature over the whole domain of a network with two parameters."""

from matplotlib.colors import TwoSlopeNorm

from convexify_workflow.job import run
from convexify_workflow.plotting import finding, subplots

#: Multiples of the threshold that are shown.
FACTORS = {"no penalty": 0.0, r"half of $\lambda_{\mathrm{conv}}$": 0.5, r"$\lambda_{\mathrm{conv}}$": 1.0}


def figure_hessian_slice(curvature, growth, box):
    """Smallest Hessian eigenvalue of a·tanh(wx) plus 2λ on the whole box, for λ up to the threshold."""
    threshold = growth[(growth["loss"] == "a·tanh(wx)") & (growth["box"] == box)].iloc[0]["lower"]
    grid = curvature.pivot(index="a", columns="w", values="smallest_eigenvalue")
    limit = 2 * threshold
    norm = TwoSlopeNorm(0, -limit, 2 * limit)
    figure, axes = subplots(1, len(FACTORS), width=10, height=4.4, sharex=True, sharey=True)
    for ax, (name, factor) in zip(axes, FACTORS.items(), strict=True):
        values = grid + 2 * factor * threshold
        image = ax.pcolormesh(
            grid.columns, grid.index, values, cmap="RdBu", norm=norm, shading="nearest", rasterized=True
        )
        if values.to_numpy().min() < 0 < values.to_numpy().max():
            ax.contour(grid.columns, grid.index, values, levels=[0], colors="black", linewidths=1.2)
        ax.set(title=rf"{name}: $\lambda={factor * threshold:.3g}$", xlabel="incoming weight w")
        ax.set_aspect("equal")
    axes[0].set_ylabel("outgoing weight a")
    figure.colorbar(image, ax=list(axes), label="smallest eigenvalue of the Hessian", pad=0.01, shrink=0.8)
    negative = (grid.to_numpy() < 0).mean()
    finding(figure, f"a·tanh(wx) without penalty is not convex (red) on {negative:.0%} of the box ±{box:g}; "
            f"$\\lambda={threshold:.3g}$ makes it convex everywhere")  # fmt: skip
    return figure


if __name__ == "__main__":
    run(figure_hessian_slice)
