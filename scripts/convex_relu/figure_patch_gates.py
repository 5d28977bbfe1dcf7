"""Gates on patches, gates on whole images and SGD: test accuracy against the number of gates, with the paper's."""

import pandas as pd
from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, intervals, measured, subplots

#: Method to the metric that holds its test accuracy at the λ that the validation images chose.
METRICS = {
    "convex, patch gates": "patch_gates_accuracy",
    "convex, random gates": "random_gates_accuracy",
    "SGD": "sgd_accuracy",
}
#: The paper's peaks with 4096 gates on the whole of CIFAR-10.
PAPER = {"convex, patch gates": 0.563, "convex, random gates": 0.54, "SGD": 0.53}
PAPER_GAINS = (0.023, 0.01)


def figure_patch_gates(patch_gates, numbers):
    """Mean test accuracy with its interval beside the paper's peaks."""
    fig, axes = subplots(width=10, height=5.2)
    gates, dataset = patch_gates["gates"].iloc[0], patch_gates["dataset"].iloc[0]
    ours = f"λ by validation: {gates:,} gates, {dataset.replace('cifar10', 'CIFAR-10')}"
    theirs = "the paper's peaks: 4,096 gates, CIFAR-10"
    measures = numbers.set_index("metric").loc[list(METRICS.values()), ["value", "low", "high"]]
    measures = measures.assign(method=list(METRICS), where=ours)
    paper = pd.DataFrame(
        {"method": PAPER.keys(), "value": PAPER.values(), "low": PAPER.values(), "high": PAPER.values()}
    )
    table = pd.concat([measures, paper.assign(where=theirs)])
    look = looks(METRICS)
    intervals(axes, table, "where", "value", color="method", marker="method", **look)
    axes.set(xlabel="", ylabel="test accuracy (higher is better)")
    lines = {METHODS[word].name: {"color": METHODS[word].colour, "marker": METHODS[word].marker} for word in METRICS}
    handles = [Line2D([], [], **style) for style in lines.values()]
    fig.legend(handles, list(lines), loc="outside lower center", ncols=3)
    patches, images = (measured(numbers, f"cifar10_{name}", ".3f") for name in ("patch_less_random", "random_less_sgd"))
    finding(
        fig,
        f"Gates on patches minus gates on whole images: {patches} (the paper: {PAPER_GAINS[0]:g}); "
        f"gates on whole images minus SGD: {images} (the paper: {PAPER_GAINS[1]:g})",
    )
    return fig


if __name__ == "__main__":
    run(figure_patch_gates)
