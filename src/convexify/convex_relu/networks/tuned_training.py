"""Networks trained with a step chosen by `convexify.tuning.tune_step`."""

import math

from convexify.convex_relu.networks.network_training import fit_networks_at_steps
from convexify.tuning import tune_step

#: Steps of the first run, as powers of the ratio of neighbouring steps: those that `tune_step` is likely to ask for.
_FIRST_RUN = (-1, -0.5, 0, 0.5, 1)
_FACTOR = 10**0.5


def total_objective(networks):
    """Sum of the final objectives; infinite if one of the networks diverged."""
    return math.inf if networks.diverged.any() else float(networks.final_objectives.sum())


def tune_networks(X, y, beta, width, *, start, trials, score=total_objective, first_run=_FIRST_RUN, **options):
    r"""Train networks with the step that scores best among ``trials`` steps.

    Parameters
    ----------
    X, y, beta, width
        As in `fit_networks`.
    start : float
        Middle of the first grid of steps.
    trials : int
        Number of steps tried.
    score : callable
        `TrainedNetworks` to number, the smaller the better; the total training objective by default.
    first_run : sequence of float
        Exponents of the steps ``start · 10^(k/2)`` that are trained together before any is asked for: one run of many
        small networks takes little longer than one of a few. It changes the time only, never which steps are tried.
    **options
        As in `fit_networks_at_steps`.

    Returns
    -------
    TrainedNetworks
        With the best step.
    Tuning
        See `convexify.tuning.Tuning`.

    Examples
    --------
    >>> X, y = [[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]], [1.0, 0.0, 1.0]
    >>> networks, tuning = tune_networks(X, y, 0.01, 8, start=0.02, trials=5, method="adam", iterations=300)
    >>> len(tuning.trials), networks.predict(X).round(1).ravel().tolist()
    (5, [1.0, 0.0, 1.0])
    """
    trained = {}

    def run(step):
        if _key(step) not in trained:
            steps = [start * _FACTOR**k for k in first_run] if not trained else []
            steps = steps if _key(step) in map(_key, steps) else [step, *steps]
            fits = fit_networks_at_steps(X, y, beta, width, steps=steps, **options)
            trained.update(zip(map(_key, steps), fits, strict=True))
        return score(trained[_key(step)])

    tuning = tune_step(run, start=start, trials=trials, factor=_FACTOR)
    return trained[_key(tuning.step)], tuning


def _key(step):
    """The step without its rounding."""
    return round(math.log10(step), 9)
