"""Training of a torch objective by gradient descent, SGD, Adam or L-BFGS, with a history of what was seen."""

import dataclasses

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from convexify.checks import as_integer, as_number, one_of
from convexify.updates import Adam, GradientDescent, LimitedMemory

METHODS = ("gd", "sgd", "adam", "lbfgs")
_SECONDS_BEFORE_PROGRESS_IS_SHOWN = 5


@dataclasses.dataclass(frozen=True)
class History:
    """What one call of `train` saw.

    Attributes
    ----------
    iterations : ndarray of int, shape (k,)
        Number of steps taken before each record; starts at 0 and ends with the last step taken.
    loss : ndarray, shape (k,)
        Full objective (all samples) at those iterations; its last entry may be NaN or infinite if ``diverged``.
    measures : dict of str to ndarray, shape (k,)
        What ``measure`` returned, column by column.
    gradient_evaluations : int
        Number of (batch) gradients computed; differs from the number of steps for L-BFGS only.
    diverged : bool
        True if the run was stopped because the objective was not finite or blew up.
    reached_target : bool
        True if the run was stopped because the objective was at or below ``target``.
    stop : str
        Why the run ended, in words.
    """

    iterations: np.ndarray
    loss: np.ndarray
    measures: dict
    gradient_evaluations: int
    diverged: bool
    reached_target: bool
    stop: str

    @property
    def final_loss(self):
        """Last recorded objective."""
        return float(self.loss[-1])

    def to_frame(self):
        """One row per record: ``iteration``, ``loss`` and one column per measure."""
        return pd.DataFrame({"iteration": self.iterations, "loss": self.loss, **self.measures})


def train(
    parameters,
    loss,
    *,
    method,
    step,
    iterations,
    n_samples=None,
    batch_size=None,
    seed=0,
    momentum=0.0,
    memory=20,
    record_every=1,
    measure=None,
    target=None,
    blow_up=1.0e6,
    description="train",
):
    r"""Minimise a torch objective in place and record it.

    Parameters
    ----------
    parameters : torch.Tensor or iterable of torch.Tensor
        Leaves that require a gradient; they hold the last iterate afterwards.
    loss : callable
        ``loss()`` returns the full objective as a scalar tensor; with mini-batches ``loss(batch)`` returns an unbiased
        estimate of it, ``batch`` being an index tensor on the CPU. (``def loss(batch=slice(None))`` serves both.)
    method : {"gd", "sgd", "adam", "lbfgs"}
        Full-batch gradient descent, mini-batch SGD, Adam [1]_ (full batch unless ``batch_size`` is given), or L-BFGS
        with a strong Wolfe line search [2]_, one quasi-Newton step per iteration.
    step : float or callable
        Step length; a callable gets the iteration number (from 0) and returns the step length. For L-BFGS the first
        trial of the line search, 1 being the natural value.
    iterations : int
        Largest number of steps.
    n_samples, batch_size : int, optional
        Mini-batches are consecutive pieces of a new random permutation of ``range(n_samples)`` for each epoch (the last
        piece of an epoch may be smaller). Required for ``"sgd"``, refused for ``"gd"`` and ``"lbfgs"``.
    seed : int
        Seed of the permutations; the initial parameters are the caller's.
    momentum : float
        Heavy-ball momentum in [0, 1) for ``"gd"`` and ``"sgd"``.
    memory : int
        Number of correction pairs kept by L-BFGS.
    record_every : int
        Steps between records; iteration 0 and the last one are always recorded.
    measure : callable, optional
        Called at each record; returns a dict of numbers with the same keys each time.
    target : float, optional
        Stop as soon as the full objective is at or below it. Full-batch methods look at every iteration, mini-batch
        runs at records only.
    blow_up : float
        The run counts as diverged once the objective exceeds ``blow_up * max(1, |initial objective|)``.
    description : str
        Label of the progress bar, which appears after five seconds.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If an argument is out of range, the method and the batch arguments disagree, or the initial objective is not
        finite.

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization, ICLR.
    .. [2] Nocedal, Wright (2006), Numerical Optimization, 2nd ed., algorithms 3.5 and 7.5.

    Examples
    --------
    >>> w = torch.tensor([3.0], requires_grad=True)
    >>> history = train(w, lambda: ((w - 1.0) ** 2).sum(), method="gd", step=0.25, iterations=3)
    >>> history.loss
    array([4.    , 1.    , 0.25  , 0.0625])
    >>> history.stop
    'iterations used up'
    """
    parameters = _check_parameters(parameters)
    one_of("method", method, METHODS)
    iterations = as_integer("iterations", iterations, minimum=0)
    record_every = as_integer("record_every", record_every, minimum=1)
    step_at = step if callable(step) else _constant(as_number("step", step, above=0))
    batches = _batches(method, n_samples, batch_size, as_integer("seed", seed, minimum=0))
    momentum = _check_momentum(method, momentum)
    if batches is not None:
        stepper = _MiniBatch(parameters, loss, batches)
    else:
        stepper = (_LineSearch if method == "lbfgs" else _FullBatch)(parameters, loss)
    stepper.update = _update(method, stepper, momentum, memory)
    stopping = _Stopping(target, blow_up)
    records, rows, iteration, stop = [], [], 0, None
    bar = tqdm(total=iterations, desc=description, mininterval=5, delay=_SECONDS_BEFORE_PROGRESS_IS_SHOWN, leave=False)
    with bar:
        while True:
            recording, last = iteration % record_every == 0, iteration == iterations or stop is not None
            value = stepper.objective(recording, last)
            stop = stopping.reason(value, iteration, stepper.full_batch or recording or last) or stop
            if iteration == iterations:
                stop = stop or "iterations used up"
            if recording or stop:
                records.append((iteration, value))
                if measure is not None:
                    rows.append(measure())
            if stop:
                break
            if not stepper.advance(step_at(iteration)):
                stop = f"stationary: the line search found no descent after {iteration} iterations"
            iteration += 1
            bar.update()
    stepper.forget_gradients()
    columns = {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}
    steps, values = map(np.array, zip(*records, strict=True))
    return History(steps, values, columns, stepper.evaluations, stopping.diverged, stopping.reached_target, stop)


class _Stopping:
    """Why a run ends at an iterate, judged by its objective."""

    def __init__(self, target, blow_up):
        self.target = None if target is None else as_number("target", target)
        self.blow_up = as_number("blow_up", blow_up, above=0)
        self.ceiling, self.diverged, self.reached_target = None, False, False

    def reason(self, value, iteration, exact):
        """Reason in words, or None; ``exact`` says whether ``value`` is the full objective, which ``target`` is for."""
        if self.ceiling is None:
            if not np.isfinite(value):
                raise ValueError(f"parameters: expected a finite objective at the start, got {value}")
            self.ceiling = self.blow_up * max(1.0, abs(value))
        # NaN fails this comparison too.
        self.diverged = not value <= self.ceiling
        self.reached_target = self.target is not None and exact and value <= self.target
        if self.diverged:
            return f"diverged: objective {value:.3g} after {iteration} iterations, allowed up to {self.ceiling:.3g}"
        if self.reached_target:
            return f"target {self.target:.6g} reached after {iteration} iterations"
        return None


class _FullBatch:
    """Gradient descent and Adam on all samples: the gradient comes with the objective, one pass for both."""

    full_batch = True

    def __init__(self, parameters, loss, batches=None):
        self.parameters, self.loss, self.batches = parameters, loss, batches
        self.update, self.evaluations = None, 0

    def objective(self, recording, last):
        """The objective at the iterate, or what is known of it."""
        return self._full_loss() if last else float(self.backward(self.loss).detach())

    def advance(self, step):
        """One step of this length; False if the iterate did not move and never will."""
        self.update.step(step)
        return True

    def backward(self, loss):
        """The objective with its graph, its gradient left in the parameters."""
        self.evaluations += 1
        self.forget_gradients()
        value = loss()
        value.backward()
        return value

    def forget_gradients(self):
        """What torch would add the next gradient to."""
        for parameter in self.parameters:
            parameter.grad = None

    def _full_loss(self):
        with torch.no_grad():
            return float(self.loss())


class _LineSearch(_FullBatch):
    """L-BFGS: the line search evaluates gradients as it needs them."""

    def objective(self, recording, last):
        return self._full_loss()

    def advance(self, step):
        before = [p.detach().clone() for p in self.parameters]
        self.update.step(step)
        return any(not torch.equal(p, q) for p, q in zip(self.parameters, before, strict=True))


class _MiniBatch(_FullBatch):
    """SGD and Adam on batches: the objective is known only where a pass over all samples is paid for."""

    full_batch = False
    batch_loss = None

    def objective(self, recording, last):
        return self._full_loss() if recording or last else self.batch_loss

    def advance(self, step):
        batch = next(self.batches)
        self.batch_loss = float(self.backward(lambda: self.loss(batch)).detach())
        self.update.step(step)
        return True


def _constant(value):
    return lambda iteration: value


def _check_parameters(parameters):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    if not parameters:
        raise ValueError("parameters: expected at least one tensor, got none")
    for i, p in enumerate(parameters):
        if not isinstance(p, torch.Tensor) or not p.requires_grad or not p.is_leaf:
            raise ValueError(f"parameters: expected leaf tensors that require a gradient, entry {i} is not one")
        if not torch.isfinite(p).all():
            raise ValueError(f"parameters: expected finite entries, entry {i} has NaN or infinite ones")
    return parameters


def _check_momentum(method, momentum):
    momentum = as_number("momentum", momentum, minimum=0)
    if momentum >= 1 or (momentum and method not in ("gd", "sgd")):
        raise ValueError(f"momentum: expected a number in [0, 1), and 0 unless the method is gd or sgd, got {momentum}")
    return momentum


def _update(method, stepper, momentum, memory):
    if method == "adam":
        return Adam(stepper.parameters)
    if method == "lbfgs":
        memory = as_integer("memory", memory, minimum=1)
        return LimitedMemory(stepper.parameters, memory, lambda: stepper.backward(stepper.loss))
    return GradientDescent(stepper.parameters, momentum)


def _batches(method, n_samples, batch_size, seed):
    """Endless iterator over index tensors, or None for full-batch runs."""
    if batch_size is None:
        if method == "sgd":
            raise ValueError("batch_size: expected a number of samples for method 'sgd', got None")
        return None
    if method in ("gd", "lbfgs"):
        raise ValueError(f"batch_size: expected None for the full-batch method {method!r}, got {batch_size!r}")
    n_samples = as_integer("n_samples", 0 if n_samples is None else n_samples, minimum=1)
    batch_size = as_integer("batch_size", batch_size, minimum=1, maximum=n_samples)
    generator = torch.Generator().manual_seed(seed)

    def endless():
        while True:
            yield from torch.randperm(n_samples, generator=generator).split(batch_size)

    return endless()
