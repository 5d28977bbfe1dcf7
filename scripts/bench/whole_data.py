"""Whole data sets as convex programs: certified gap against time, and proofs that travel.

``python scripts/bench/whole_data.py [--tasks mnist_odd_even mnist_ten cifar10_ten] [--forms gated cones] [--shares 0.03
0.01 0.003] [--tol 0.001] [--time 600] [--device cuda]``, after ``snakemake data/prepared/mnist.npz``. Every image and
pixel; penalties are shares of the one from which on zero is the answer to the gated program. On as many threads as the
environment grants. Rows of programs that are not run again are kept.

Curves go to ``reports/benchmarks/whole_data.csv`` and ``.png``; proofs, where they are small, to ``reports/proofs``,
which ``snakemake --config proofs=true -- verify`` checks. With cones they hold multipliers of every group, which take a
second each to find after the answer.
"""

import argparse
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from _cases import TABLES, peak_memory_mb, show

from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.proofs.proof import save_proof
from convexify.convex_relu.solvers.regularization_path import beta_max, count_active
from convexify.convex_relu.solvers.solve import solve
from convexify_workflow.plotting import finding, sns, subplots
from convexify_workflow.proofs import PROOFS, dataset_of, proof_data

DATA = Path("data/prepared")
TABLE = TABLES / "whole_data.csv"
KEYS = ["task", "form", "share", "device"]
LARGEST_PROOF = 1_000_000  # numbers: 8 MB, of the 20 MB for all


@dataclass(frozen=True)
class Task:
    """A program about a whole data set; its name is that of its data in `proof_data`."""

    title: str
    patterns: int
    gates: dict = field(default_factory=dict)


TASKS = {
    "mnist_odd_even": Task("MNIST, odd or even", 100),
    "mnist_ten": Task("MNIST, ten classes", 1000),
    "cifar10_ten": Task("CIFAR-10, ten classes", 1000, {"kind": "convolutional", "image_shape": [3, 32, 32]}),
}
#: Forms of a program and what the title of its panel adds.
FORMS = {"gated": "", "cones": ", cones"}


def solved(name, form, share, options):
    """History of one program; its proof goes to a file if the tolerance was met and it is small."""
    X, y = proof_data(name, DATA)
    drawn = {"n_patterns": TASKS[name].patterns, "seed": 0, **TASKS[name].gates}
    patterns = sample_patterns(X, **drawn)
    gated = form == "gated"
    beta = share * beta_max(X, y, patterns, gated=True)
    answer = solve(X, y, patterns, beta, gated=gated, tol=options.tol, max_time=options.time, device=options.device)
    groups = sum(count_active(part) for part in (answer.v, answer.w) if part is not None)
    memory = peak_memory_mb()
    if answer.gap <= options.tol and groups * answer.v[:, 0].size + y.size <= LARGEST_PROOF:
        PROOFS.mkdir(parents=True, exist_ok=True)
        file = PROOFS / f"{name}.{form}.{share:g}.npz"
        how = {"patterns": patterns} if y.ndim == 1 else {"drawn": drawn}
        proof = save_proof(file, answer, X, y, beta, gated=gated, **how)
        print(f"{file}: gap {proof.gap:.3e} proved, {file.stat().st_size / 1e6:.1f} MB", flush=True)
    return answer.history.assign(
        task=name, form=form, share=share, device=options.device, beta=beta, zero_objective=float(np.sum(y**2)) / 2,
        groups=groups, patterns=patterns.shape[1], violation=answer.violation, memory_mb=memory,
        cores=len(os.sched_getaffinity(0)), tol=options.tol,
    )  # fmt: skip


def merged(table):
    """The rows of ``table``, and those of the file about other programs."""
    if not TABLE.exists():
        return table
    before = pd.read_csv(TABLE)
    again = before[KEYS].apply(tuple, axis=1).isin(set(table[KEYS].itertuples(index=False, name=None)))
    return pd.concat([before[~again], table], ignore_index=True).sort_values(KEYS, kind="stable", ignore_index=True)


def figure(table):
    """Gap against seconds, a panel for each task and form, a line for each program."""
    pairs = set(table[["task", "form"]].itertuples(index=False, name=None))
    panels = [pair for pair in itertools.product(TASKS, FORMS) if pair in pairs]
    fig, axes = subplots(1, len(panels), width=4 * len(panels) + 1, height=3.6, sharey=True, squeeze=False)
    places = {"cpu": "two cores", "cuda": "GPU"}
    shares = [f"{share:g}" for share in sorted(table["share"].unique())]
    palette = dict(zip(shares, sns.color_palette(n_colors=len(shares)), strict=True))
    several = {"style": "place", "style_order": list(places.values())} if table["device"].nunique() > 1 else {}
    for axis, (name, form) in zip(axes[0], panels, strict=True):
        part = table[(table["task"] == name) & (table["form"] == form) & (table["gap"] < 1)]
        part = part.assign(place=part["device"].map(places), penalty=part["share"].map("{:g}".format))
        drawn = [share for share in shares if (part["penalty"] == share).any()]
        sns.lineplot(
            part, x="seconds", y="gap", hue="penalty", hue_order=drawn, palette=palette, marker="o", ax=axis, **several
        )
        axis.set(xscale="log", yscale="log", xlabel="seconds", ylabel="certified relative gap")
        axis.set_title(f"{TASKS[name].title}, {part['patterns'].iloc[0]} patterns{FORMS[form]}")
    last = table.groupby(KEYS)[["gap", "seconds", "zero_objective", "tol"]].last()
    reached = last["gap"] <= last["tol"]
    finding(
        fig,
        f"All images, all pixels: {reached.sum()} of {len(reached)} programs certified to the tolerance that was asked "
        "for; the last step of each removes the groups that the tolerance can spare",
    )
    return fig


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", choices=TASKS, nargs="+", default=["mnist_odd_even"])
    parser.add_argument("--forms", choices=FORMS, nargs="+", default=["gated"])
    parser.add_argument("--shares", type=float, nargs="+", default=[0.03, 0.01, 0.003])
    parser.add_argument("--time", type=float, default=600.0, help="seconds granted to each program")
    parser.add_argument("--tol", type=float, default=1e-3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args(arguments)
    programs = list(itertools.product(options.tasks, options.forms, options.shares))
    missing = sorted({dataset_of(name) for name, _, _ in programs if not (DATA / f"{dataset_of(name)}.npz").exists()})
    if missing:
        files = ", ".join(f"{DATA}/{name}.npz" for name in missing)
        print(f"bench whole_data: no {files} (snakemake makes it); nothing measured, nothing written")
        return 0
    for name, form, share in programs:
        history = solved(name, form, share, options)
        table = merged(history)
        table.to_csv(TABLE, index=False, float_format="%.6g")  # also if a later program is stopped
        show(history.iloc[-1], [*KEYS, "gap", "seconds", "groups", "memory_mb"])
    figure(table).savefig(TABLES / "whole_data.png", dpi=150)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
