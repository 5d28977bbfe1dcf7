"""How often gradient descent from random starts reaches the certified optimum, against the number of branches."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.branches.branch_and_bound import tanh_network_bracket, tanh_relaxation
from convexify.branches.exclusive_or import exclusive_or, exclusive_or_network
from convexify.branches.projected_descent import projected_gradient_descent
from convexify.datasets.transforms import binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run
from convexify_workflow.uncertainty import mean


class Bracket(NamedTuple):
    """Certified lower and upper value of an optimum."""

    lower: float
    upper: float


@dataclass(frozen=True)
class Regime:
    """A way to draw problems, the numbers of branches and the τ that it is looked at with, and its optimum."""

    name: str
    branches: list
    taus: list
    draw: callable
    #: Maps a problem (X, labels), τ and the numbers of branches to a bracket for each of them.
    brackets: callable


def compute_frequencies(data, classes, settings, device, seed):
    """Three tables: ``frequencies``, a row per (regime, τ, I, repetition); ``shares``, their means; ``tunings``.

    The step is tuned for each (regime, τ, I) on problems and starts of its own; ``tunings`` has a row for each trial.
    """
    pair = binary_pair(data, classes)
    plane = {"X": standardize(principal_components(pair["X"], 2)), "y": pair["y"]}

    def overlapping(stream):
        drawn = subsample(plane, settings.samples, stream)
        return drawn["X"], drawn["y"]

    def realisable(stream):
        return exclusive_or(settings.samples, settings.xor_noise, np.random.default_rng(stream))

    share = Share(settings)
    # The second regime, which no integer program certifies, belongs to the last block.
    xor_taus = settings.xor_taus if share.last else []
    regimes = [
        Regime("overlapping", settings.branches, share.taus, overlapping, partial(_certified, settings)),
        Regime("realisable", settings.xor_branches, xor_taus, realisable, partial(_constructed, settings)),
    ]
    rows, tunings = [], []
    for regime in regimes:
        streams = partial(integer_seed, seed, "branches", regime.name)
        problems = [regime.draw(streams(repetition)) for repetition in range(settings.repetitions)]
        trials = [regime.draw(streams("tuning", number)) for number in range(settings.tuning_draws)]
        for tau in regime.taus:
            brackets = [regime.brackets(problem, tau, regime.branches) for problem in problems]
            for count in tqdm(regime.branches, desc=f"{regime.name} τ={tau}"):
                key = {"regime": regime.name, "tau": tau, "branches": count}
                descend = partial(_descend, settings=settings, tau=tau, branches=count, device=device)
                tuning = _tuned(partial(descend, trials), settings, partial(generator, seed, *key.values(), "tuning"))
                tunings += [{**key, **trial, "chosen": trial["step"] == tuning.step}
                            for trial in tuning.trials.to_dict("records")]  # fmt: skip
                rngs = [generator(seed, *key.values(), repetition) for repetition in range(settings.repetitions)]
                descent = descend(problems, step=tuning.step, starts=settings.starts, rngs=rngs)
                for repetition, losses in enumerate(descent.losses):
                    _improve(brackets[repetition], count, losses.min())
                    rows.append({**key, "repetition": repetition, "step": tuning.step, "edge": tuning.edge or "",
                                 "diverged": int(descent.diverged[repetition].sum()),
                                 **_successes(losses, brackets[repetition], count, settings.success)})  # fmt: skip
    frequencies = pd.DataFrame(rows)
    return {"frequencies": frequencies, "shares": _means_over_draws(frequencies), "tunings": pd.DataFrame(tunings)}


def _descend(problems, *, settings, tau, branches, step, starts, rngs, device):
    X, labels = (np.stack(parts) for parts in zip(*problems, strict=True))
    return projected_gradient_descent(
        X, labels, branches=branches, tau=tau, radius=settings.weight_bound, starts=starts, steps=settings.steps,
        step=step, rngs=rngs, device=device,
    )  # fmt: skip


def _tuned(descend, settings, stream):
    """The step with the least mean final loss; every trial has the same starts. A run that ends above it diverged."""

    def score(step):
        rngs = [stream(number) for number in range(settings.tuning_draws)]
        descent = descend(step=step, starts=settings.tuning_starts, rngs=rngs)
        return np.inf if descent.losses.mean() > descent.first_losses.mean() else descent.losses.mean()

    return tune_step(score, start=settings.first_step, trials=settings.trials)


def _certified(settings, problem, tau, branches):
    """Bracket of the optimum for each number of branches, by branch and bound over continuous weights."""
    X, labels = problem
    arguments = {"X": X, "labels": labels, "tau": tau, "radius": settings.weight_bound}
    relaxation = tanh_relaxation(**arguments)
    options = {"relaxation": relaxation, "node_limit": settings.node_limit}
    brackets = {}
    for count in branches:
        # One unit needs no integer program, and its optimum is the target of every I.
        cells = settings.cells * (4 if count == 1 else 1)
        found = tanh_network_bracket(**arguments, branches=count, max_cells=cells, **options)
        brackets[count] = Bracket(found.lower, found.upper)
    return brackets


def _constructed(settings, problem, tau, branches):
    """Zero is a lower value of every hinge loss, and a network that is known by its formula an upper one."""
    X, labels = problem
    brackets = {}
    for count in branches:
        outputs = np.tanh(X @ exclusive_or_network(count, settings.weight_bound).T).mean(axis=1)
        brackets[count] = Bracket(0.0, float(np.maximum(0, 1 - labels * outputs / tau).mean()))
    return brackets


def _improve(brackets, branches, best_loss):
    """What descent found is an upper value; a network repeated is one with more branches and the same output."""
    divisors = [brackets[count].upper for count in brackets if count < branches and branches % count == 0]
    upper = min(brackets[branches].upper, best_loss, *divisors)
    brackets[branches] = Bracket(min(brackets[branches].lower, upper), upper)


def _successes(losses, brackets, branches, accuracy):
    """Counts of starts within ``accuracy`` of the optimum of I branches, and of that of the fewest branches.

    Within it of the lower value: certainly optimal to that accuracy. Beyond it from the upper value: certainly not.
    """
    own, fixed = brackets[branches], brackets[min(brackets)]
    return {
        "starts": losses.size,
        "lower": own.lower,
        "upper": own.upper,
        "fixed_upper": fixed.upper,
        "best_loss": losses.min(),
        "median_loss": float(np.median(losses)),
        "certain_successes": int((losses <= own.lower + accuracy).sum()),
        "possible_successes": int((losses <= own.upper + accuracy).sum()),
        "certain_fixed": int((losses <= fixed.lower + accuracy).sum()),
        "possible_fixed": int((losses <= fixed.upper + accuracy).sum()),
    }


def _means_over_draws(frequencies):
    """Mean share of starts near either edge of the bracket, with its interval over draws, and mean losses."""
    rows = []
    columns = {"certain": "certain_successes", "possible": "possible_successes"}
    columns |= {name: name for name in ("certain_fixed", "possible_fixed")}
    for (regime, tau, branches), part in frequencies.groupby(["regime", "tau", "branches"]):
        row = {"regime": regime, "tau": tau, "branches": branches}
        row |= part[["lower", "upper", "fixed_upper", "median_loss"]].mean().to_dict()
        for name, column in columns.items():
            # Starts share the samples of their draw: the draw is the independent unit.
            share = mean(part[column] / part["starts"], unit="draw")
            row |= {name: share.value, f"{name}_low": max(0, share.low), f"{name}_high": min(1, share.high)}
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_frequencies)
