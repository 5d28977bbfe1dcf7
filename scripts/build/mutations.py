"""Deliberate errors, one at a time: does `verify` see them? Builds the smoke scale of one experiment with each.

A mutation is caught when a metric or a verdict misses its expectation, or the build itself refuses.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from convexify_workflow.files import write

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutation:
    """One replacement in one file, and the experiment that has to notice it."""

    what: str
    experiment: str
    file: str
    old: str
    new: str


MUTATIONS = (
    Mutation(
        "objective of deep linear networks: the ½ of the squared loss dropped",
        *("linear_duality", "src/convexify/linear_duality/primal.py"),
        *("return 0.5 * float((residual**2).sum())", "return float((residual**2).sum())"),
    ),
    Mutation(
        "weight decay: factor H of the penalty dropped",
        *("linear_duality", "src/convexify/linear_duality/weight_decay.py"),
        *("0.5 * (sigma - m) ** 2 + 0.5 * gamma * depth * m**p", "0.5 * (sigma - m) ** 2 + 0.5 * gamma * m**p"),
    ),
    Mutation(
        "relaxed neuron: the sign of the labels in the gradient",
        *("relaxed_neuron", "src/convexify/relaxations/neuron.py"),
        *("np.maximum(z, 0.0) - y", "np.maximum(z, 0.0) + y"),
    ),
    Mutation(
        # Steps are tuned: the unit that they are multiples of is no mathematics any more.
        "relaxed neuron: the active set left in the relaxed update",
        *("relaxed_neuron", "src/convexify/relaxations/neuron.py"),
        *("    if not relaxed:\n", "    if True:\n"),
    ),
    Mutation(
        "squared loss of convex ReLU programs: factor 2",
        *("convex_relu", "src/convexify/convex_relu/programs/losses.py"),
        *("return 0.5 * float(np.sum((f - y) ** 2))", "return float(np.sum((f - y) ** 2))"),
    ),
    Mutation(
        "closed form of the gap of homogeneous branches: power off by one",
        *("branches", "src/convexify/branches/convexification.py"),
        *("radius ** (power - 1) * rest", "radius**power * rest"),
    ),
    Mutation(
        "hinge of parallel branches: τ left out",
        *("branches", "src/convexify/branches/branch_problem.py"),
        *("labels[:, None] * values / tau", "labels[:, None] * values"),
    ),
    Mutation(
        "margin loss of the landscapes: the constant 1/C added instead of subtracted",
        *("landscapes", "src/convexify/networks/multi_branch.py"),
        *("gaps.mean() - 1 / outputs.shape[1]", "gaps.mean() + 1 / outputs.shape[1]"),
    ),
    Mutation(
        "Gram recursion: derivative moments with the variance not the standard deviation's factor",
        *("width", "src/convexify/width/limits.py"),
        *("return self.factor(h) ** 2 * expectations.derivative", "return self.factor(h) * expectations.derivative"),
    ),
    Mutation(
        "Gram recursion of residual networks: cross term once, not twice",
        *("width", "src/convexify/width/limits.py"),
        *("new += K + 2 * b * step", "new += K + b * step"),
    ),
    Mutation(
        "quadratic penalty: gradient without its factor 2",
        *("strong_penalty", "src/convexify/curvature/penalties.py"),
        *("2 * self.weights * offset", "self.weights * offset"),
    ),
    Mutation(
        "deep linear networks: another data set",
        *("linear_duality", "workflow/experiments/linear_duality/settings.yaml"),
        *("smoke: [synthetic, digits]", "smoke: [synthetic, iris]"),
    ),
    Mutation(
        "global training: half the penalty in the objective",
        *("global_training", "src/convexify/convex_relu/global_training/problem.py"),
        *("+ self.beta * float(sizes.sum())", "+ 0.5 * self.beta * float(sizes.sum())"),
    ),
    Mutation(
        "convexified networks: the dual norm of the certificate is Frobenius, not the largest singular value",
        *("convex_cnn", "src/convexify/relaxations/convex_cnn_program.py"),
        *("self.radius * float(np.linalg.norm(G, 2))", "self.radius * float(np.linalg.norm(G))"),
    ),
    Mutation(
        "path norm: the gate of the second level left out",
        *("path_norm", "src/convexify/relaxations/path_norm_program.py"),
        *("return sums * patterns.second[..., None], cones", "return sums, cones"),
    ),
    Mutation(
        "planted filter: the active set of the normal cone turned round",
        *("conv_relaxation", "src/convexify/relaxations/planted_filter.py"),
        *('np.einsum("nkd,d->nk", X, w) > 0, X)', 'np.einsum("nkd,d->nk", X, w) < 0, X)'),
    ),
    Mutation(
        "limit of branches of every depth: the last branch forgotten",
        *("open_questions", "src/convexify/width/skips.py"),
        *("sum(found[depth] for depth in depths) / len(depths)", "sum(found[d] for d in depths[:-1]) / len(depths)"),
    ),
    Mutation(
        "lines as Lasso problems: the outer absolute value of the double reflection left out",
        *("after_the_survey", "src/convexify/convex_relu/one_dimensional.py"),
        *("np.abs(np.abs(x[:, None] - (p + q) / 2) - (q - p) / 2)", "np.abs(x[:, None] - (p + q) / 2) - (q - p) / 2"),
    ),
)


def main():
    """Build every mutation, print the table, write it to reports/robustness."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        table = pd.DataFrame([_caught(clone, mutation) for mutation in MUTATIONS])
    print(table.to_string(index=False))
    write(ROOT / "reports" / "robustness" / "mutations.csv", table)
    return int(table["caught"].sum() < 0.9 * len(table))


def _caught(clone, mutation):
    file = clone / mutation.file
    kept = file.read_text(encoding="utf-8")
    if mutation.old not in kept:
        raise ValueError(f"{mutation.file}: expected the text {mutation.old!r}")
    file.write_text(kept.replace(mutation.old, mutation.new, 1), encoding="utf-8")
    line = [sys.executable, "-m", "snakemake", "--cores", "all", "--quiet", "all", "--config", "scale=smoke"]
    line += [f'experiments=["{mutation.experiment}"]', "--"]
    environment = {**os.environ, "PYTHONPATH": str(clone / "src")}
    build = subprocess.run(
        [*line, "reports/smoke/ledger.csv"], cwd=clone, env=environment, capture_output=True, text=True
    )
    verify = [sys.executable, "scripts/build/verify.py", "--scale", "smoke", mutation.experiment]
    verified = subprocess.run(verify, cwd=clone, env=environment, capture_output=True, text=True)
    file.write_text(kept, encoding="utf-8")
    said = "the build refuses" if build.returncode else (verified.stdout.strip() or verified.stderr.strip())
    row = {"mutation": mutation.what, "experiment": mutation.experiment}
    row |= {"caught": bool(build.returncode or verified.returncode == 1), "how": said.splitlines()[-1]}
    print(row, flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
