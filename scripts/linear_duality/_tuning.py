"""The step of the descents of each depth: tuned on the training objective, with the same number of trials each."""

import math

import numpy as np

from convexify.tuning import tune_step

#: Ratio of neighbouring steps of the first grid, and its points.
FACTOR, FIRST = 2.0, 5


def tuned_step(descend, settings, optima, zero_network):
    """Step factor of one depth and kind of start: what `tune_step` finds.

    Parameters
    ----------
    descend : callable
        List of step factors to the `Descent` of all γ and ``settings.tuning_starts`` starts for each of them in turn.
    optima : sequence of float
        Dual value for each γ.
    zero_network : float
        Objective of the zero network.

    Notes
    -----
    The score of a step is the mean over γ and starts of log₁₀ of the excess of the training objective over the dual
    value relative to the zero network, cut off at the target below and at the zero network above, where a run that
    diverged is counted: such runs and runs that hang cost a step the same, as in the share that the claims read. The
    share of the iterations that it takes to the target is added, so that the fastest of the steps that arrive is best.
    """
    runs = len(optima) * settings.tuning_starts
    known = {}

    def fill(factors):
        objectives = descend(factors).objectives
        objectives = objectives.reshape(len(objectives), len(factors), len(optima), -1)
        excess = (objectives - np.asarray(optima)[:, None]) / zero_network
        reached = np.clip(np.nan_to_num(excess[-1], nan=1.0), settings.target, 1.0)
        late = (excess > settings.target).mean(axis=0)
        scores = (np.log10(reached) + late).mean(axis=(1, 2))
        lost = (~np.isfinite(objectives[-1])).sum(axis=(1, 2))
        known.update({f: math.inf if n == runs else s for f, s, n in zip(factors, scores, lost, strict=True)})

    def score(step):
        # Descents of all steps that may be asked for next run side by side, in a third of the time.
        if not known:
            fill([settings.step_factor * FACTOR**power for power in range(-(FIRST // 2), FIRST // 2 + 1)])
        if step not in known:
            best = min(sorted(known), key=known.get)
            steps = sorted(known)
            place = steps.index(best)
            near = {math.sqrt(best * steps[k]) for k in (place - 1, place + 1) if 0 <= k < len(steps)}
            fill(sorted({step, *near} - known.keys() if step in near else {step}))
        return known[step]

    return tune_step(score, start=settings.step_factor, trials=settings.tuning_trials, factor=FACTOR, first=FIRST)
