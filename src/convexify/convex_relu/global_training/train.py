"""Two-layer ReLU networks trained over all activation patterns and widths, with a bound on what any network reaches."""

import time
import warnings

import numpy as np

from convexify.checks import as_integer, as_number, one_of
from convexify.convex_relu.global_training.problem import build_problem
from convexify.convex_relu.global_training.result import GlobalTraining
from convexify.convex_relu.global_training.search import Search
from convexify.convex_relu.global_training.start import as_network, with_outputs
from convexify.convex_relu.patterns.gates import patterns_of
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.seeds import generator
from convexify.warnings import ConvergenceWarning

PRICING = ("auto", "exact", "local")


def train_globally(
    X, y, beta, *, loss="squared", tol=1e-4, max_time=60.0, max_rounds=None, start=None, pricing="auto", seed=0
):
    r"""Train a two-layer ReLU network over all activation patterns and all widths.

    .. math::
       \min_{m,\,u,\,a}\ L\Big(\sum_{j\le m}(Xu_j)_+a_j^\top,\,y\Big)+\tfrac\beta2\sum_j(\|u_j\|^2+\|a_j\|^2)

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples. A bias of the neurons is a column of ones, penalised like any other weight.
    y : array_like, shape (n,) or (n, c)
        Targets; labels -1 and +1 for the classification losses. Several outputs share the neurons.
    beta : float
        Strength of the penalty beside a loss that is summed over samples, more than 0.
    loss : {"squared", "logistic", "hinge"}
        ½‖f − y‖², Σ log(1 + exp(−y f)) or Σ max(0, 1 − y f).
    tol : float
        Certified relative gap that is asked for.
    max_time : float
        Seconds after which the best network so far is returned. What is under way when time runs out is finished first:
        one bound on all samples, and the search for what violates the dual constraint, for which time is kept back and
        which may take a tenth more. With infinity the answer does not depend on the machine's speed.
    max_rounds : int, optional
        Largest number of rounds of insertion, output weights and sliding: a stop that is the same on every machine.
    start : TwoLayerReLU, GroupedReLU or torch.nn.Sequential(Linear, ReLU, Linear), optional
        Network to start from; the answer is never worse. See `as_network` for the biases of a torch network: if it has
        any, a column of ones is appended to an ``X`` that lacks it, and the answer has one input more.
    pricing : {"auto", "exact", "local"}
        How the neuron that violates the dual constraint most is found. ``"local"`` is ascent from many starts;
        ``"exact"`` also proves that there is no other: by a sweep in rank 1 and 2, by branch and bound in higher rank,
        whose time grows fast with the rank, up to rank 10; ``"auto"`` is exact up to rank 4. In higher rank the bound
        is a relaxation's.
    seed : int
        Root seed of the starts.

    Returns
    -------
    GlobalTraining

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape, is not finite or out of range.

    Warns
    -----
    ConvergenceWarning
        If the certified gap is above ``tol``.

    Notes
    -----
    The convex program over all patterns is a problem over measures on the sphere [1]_, with the dual

    .. math:: \max_\nu\ -L^*(-\nu)\quad\text{s.t.}\quad\max_{\|u\|\le1}\|\nu^\top(Xu)_+\|\le\beta .

    Pricing finds neurons that violate its constraint at :math:`\nu=-\nabla L`; they join the network, output weights
    are solved for, and all neurons slide together (sliding Frank-Wolfe [2]_), with kinks rounded off less and less. A
    proved bound ``U`` on the left hand side makes :math:`\nu\beta/U` dual feasible, whose value bounds the objective of
    every network of any width.

    Memory is that of the data times the number of neurons; patterns are never listed.

    References
    ----------
    .. [1] Bengio, Le Roux, Vincent, Delalleau, Marcotte (2006), Convex neural networks, NeurIPS; Bach (2017), Breaking
       the curse of dimensionality with convex neural networks, JMLR; Pilanci, Ergen (2020), ICML.
    .. [2] Denoyelle, Duval, Peyré, Soubies (2019), Inverse Problems.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)])
    >>> answer = train_globally(X, [1.0, -1.0, 1.0, 1.0, -1.0], 5e-4, tol=1e-6)
    >>> answer.exact, bool(answer.gap <= 1e-6), round(answer.objective, 5)
    (True, True, 0.00506)
    """
    started = time.perf_counter()
    tol = as_number("tol", tol, above=0.0)
    max_time = as_number("max_time", max_time, above=0.0, allow_infinite=True)
    if max_rounds is not None:
        max_rounds = as_integer("max_rounds", max_rounds, minimum=0)
    one_of("pricing", pricing, PRICING)
    seed = as_integer("seed", seed, minimum=0)
    if start is not None:
        start, X = as_network(start, X)
    problem, flat = build_problem(X, y, beta, loss)
    if start is not None:
        start = with_outputs(start, problem.outputs, flat)
    search = Search(problem, tol, pricing, generator(seed, "convex_relu", "global"), started, max_time, max_rounds)
    search.run(None if start is None else problem.neurons(start))
    network = problem.network(search.U, search.A, flat)
    objective = _objective(network, X, problem, y, beta)
    if start is not None:
        given = _objective(start, X, problem, y, beta)
        if given < objective:  # by rounding, or for want of time
            network, objective = start, given
    lower_bound = float(min(search.lower_bound * problem.value_unit, objective))
    searched = float(max(lower_bound, min(search.searched_bound * problem.value_unit, objective)))
    gap = float(relative_gap(objective, lower_bound))
    seconds = time.perf_counter() - started
    if gap > tol:
        how = "" if search.exact else " (by a relaxation or a proof cut short: not all neurons were priced exactly)"
        effort = f"after {seconds:.1f} s and {len(search.rows) - 1} rounds"
        message = f"{effort} the certified gap {gap:.2e}{how} is above tol {tol:.2e}"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    return GlobalTraining(
        network=network, objective=objective, lower_bound=lower_bound, gap=gap, exact=search.exact,
        violation_found=search.violation, searched_bound=searched, starts=search.starts, boxes=search.boxes,
        patterns=patterns_of(network, np.asarray(X, float)), seconds=seconds, history=search.table(),
        nu=(search.nu[:, 0] if flat else search.nu) * problem.unit_y,
    )  # fmt: skip


def _objective(network, X, problem, y, beta):
    """Loss in the user's units plus ``beta`` times weight decay."""
    return problem.loss.value(network.predict(X), np.asarray(y, dtype=np.float64)) + beta * network.penalty
