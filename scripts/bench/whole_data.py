"""A whole data set: certified gap against time, and proofs that travel.

``python scripts/bench/whole_data.py [--forms gated cones] [--shares 0.03 0.01 0.003] [--time 600]``, after
``snakemake data/prepared/mnist.npz``: odd against even digits on all 60,000 images and 784 pixels, 100 sampled
patterns, penalties as shares of the one from which on zero is the answer to the gated program. On as many threads as
the environment grants. Curves go to ``reports/benchmarks/whole_data.csv`` and ``.png``; proofs of gated programs to
``reports/proofs``, which ``snakemake --config proofs=true -- verify`` checks. With cones a proof needs multipliers of
every group, which take longer to find than the answer: there is none in a file.
"""

import argparse
import itertools
import os
from pathlib import Path

import pandas as pd
from _cases import TABLES, peak_memory_mb, publish

from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.proofs.proof import save_proof
from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solve import solve
from convexify_workflow.plotting import finding, sns, subplots
from convexify_workflow.proofs import PROOFS, proof_data

PATTERNS = 100
DATA = Path("data/prepared")


def solved(form, share, max_time, tol):
    """History of one program; the proof of a gated one goes to a file."""
    X, y = proof_data("mnist_odd_even", DATA)
    patterns = sample_patterns(X, PATTERNS, seed=0)
    beta, gated = share * beta_max(X, y, patterns, gated=True), form == "gated"
    answer = solve(X, y, patterns, beta, gated=gated, tol=tol, max_time=max_time)
    groups = sum(int(part.any(axis=0).sum()) for part in (answer.v, answer.w) if part is not None)
    if gated:
        PROOFS.mkdir(parents=True, exist_ok=True)
        file = PROOFS / f"mnist_odd_even.{form}.{share:g}.npz"
        proof = save_proof(file, answer, X, y, beta, gated=True, patterns=patterns)
        print(f"{file}: gap {proof.gap:.3e} proved, {file.stat().st_size / 1e6:.1f} MB")
    return answer.history.assign(
        form=form, share=share, beta=beta, zero_objective=float(y @ y) / 2, groups=groups,
        violation=answer.violation, memory_mb=peak_memory_mb(),
    )  # fmt: skip


def figure(table, tol):
    """Gap against seconds, a line for each program."""
    fig, axes = subplots(1, 1, width=7, height=4)
    shown = table[table["gap"] < 1].assign(
        program=table["form"] + ", penalty " + table["share"].map(lambda share: f"{share:g}")
    )
    sns.lineplot(shown, x="seconds", y="gap", hue="program", style="program", markers=True, dashes=False, ax=axes)
    axes.axhline(tol, color="grey", linestyle="--", linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="seconds", ylabel="certified relative gap")
    axes.legend(title="penalty as a share")
    last = table.groupby(["form", "share"]).last()
    finding(
        fig,
        f"All 60,000 images of MNIST, all pixels, {PATTERNS} patterns: gap certified to {last['gap'].max():.1e} within "
        f"{last['seconds'].max():.0f} s; the last step removes the groups that the tolerance can spare",
    )
    return fig


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", choices=("gated", "cones"), nargs="+", default=["gated"])
    parser.add_argument("--shares", type=float, nargs="+", default=[0.03, 0.01, 0.003])
    parser.add_argument("--time", type=float, default=600.0, help="seconds granted to each program")
    parser.add_argument("--tol", type=float, default=1e-3)
    options = parser.parse_args(arguments)
    if not (DATA / "mnist.npz").exists():
        print(f"bench whole_data: no {DATA}/mnist.npz (snakemake makes it); nothing measured, nothing written")
        return 0
    parts = [
        solved(form, share, options.time, options.tol)
        for form, share in itertools.product(options.forms, options.shares)
    ]
    table = pd.concat(parts, ignore_index=True)
    publish(table.assign(cores=len(os.sched_getaffinity(0))), "whole_data", write=True)
    figure(table, options.tol).savefig(TABLES / "whole_data.png", dpi=150)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
