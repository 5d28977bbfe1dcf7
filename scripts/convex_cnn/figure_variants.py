"""A few images of each variant."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import finding, subplots


def figure_variants(pictures):
    """One row of images for each variant."""
    pictures = pd.concat(pictures)
    variants = list(pictures["variant"].unique())
    fig, axes = subplots(len(variants), 1, width=8, height=0.5 + 1.15 * len(variants), squeeze=False)
    for variant, ax in zip(variants, axes[:, 0], strict=True):
        rows = pictures[pictures["variant"] == variant]
        images = [part.pivot(index="row", columns="column", values="value") for _, part in rows.groupby("picture")]
        padded = [np.pad(image, 1, constant_values=1.0) for image in images]
        ax.imshow(np.hstack(padded), cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[], title=variant)
        ax.spines[:].set_visible(False)
    side = pictures["row"].max() + 1
    finding(fig, f"What the networks are given: images of {side} × {side} pixels")
    return fig


if __name__ == "__main__":
    run(figure_variants)
