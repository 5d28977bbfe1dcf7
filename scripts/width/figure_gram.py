"""Gram matrices against width."""

from _records import drift
from _style import legend_handles, lines_against_width, reference_slope

from convexify_workflow.job import run
from convexify_workflow.plotting import subplots


def figure_gram(initial, records):
    """Distance to the limit and drift against width."""
    fig, axes = subplots(1, 2, width=11, height=4.8)
    H = initial.loc[initial["distance_to_k_h"].notna(), "layer"].max()
    lines_against_width(axes[0], initial[initial["layer"] == H], "distance_to_k_h")
    lines_against_width(axes[1], drift(records), "drift")
    axes[0].set(ylabel=r"$\|G^{(H)}(0)-K^{(H)}\|_2\,/\,\|K^{(H)}\|_2$", title="At the start: like $m^{-1/2}$")
    axes[1].set(ylabel=r"$\max_k\|G(k)-G(0)\|_2\,/\,\|G(0)\|_2$", title="While training: faster than $m^{-1/2}$")
    for axis in axes:
        reference_slope(axis, -0.5)
    fig.legend(handles=legend_handles(records["dataset"].unique()), loc="outside lower center", ncols=5)
    return fig


if __name__ == "__main__":
    run(figure_gram)
