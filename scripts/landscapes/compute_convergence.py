"""Training of multi-branch networks with as many parameters for every number of branches, the step tuned for each."""

import logging

import numpy as np
import pandas as pd
from _images import EXPERIMENT, images

from convexify.curvature.trained_networks import TrainedNetworks, train_network
from convexify.networks.multi_branch import MultiBranch
from convexify.seeds import integer_seed
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

logger = logging.getLogger("convexify")


def compute_convergence(data, settings, seed, device):
    """Two tables: ``convergence``, a row per (I, repetition, start), and ``steps``, a row per (I, trial).

    One branch is a fully connected network. The step of each I is tuned on images and starts of its own, by the
    training loss, with the same number of trials.
    """
    problem = vars(settings)
    rows, trials = [], []
    for branches in Share(settings).branches:
        network = sized_network(data, settings, branches)
        drawn = images(data, problem, integer_seed(seed, EXPERIMENT, "convergence", "tuning"), device)

        def final_loss(step, branches=branches, network=network, drawn=drawn):
            seeds = [integer_seed(seed, EXPERIMENT, "convergence", "tuning", branches, k) for k in range(2)]
            runs = [_trained(network, drawn, settings, start, step) for start in seeds]
            return np.inf if any(run.diverged for _, run in runs) else np.mean([run.final_loss for _, run in runs])

        tuning = tune_step(final_loss, start=settings.first_step, trials=settings.trials)
        trials.append(tuning.trials.assign(branches=branches, chosen=tuning.trials["step"] == tuning.step))
        for repetition in range(settings.repetitions):
            drawn = images(data, problem, integer_seed(seed, EXPERIMENT, "convergence", "images", repetition), device)
            for start in range(settings.starts):
                stream = integer_seed(seed, EXPERIMENT, "convergence", branches, repetition, start)
                parameters, history = _trained(network, drawn, settings, stream, tuning.step)
                key = {"branches": branches, "width": network.width, "repetition": repetition, "start": start}
                rows.append(key | {"parameters": network.size, "step": tuning.step, "edge": tuning.edge or ""}
                            | _reached(network, parameters, history, drawn))  # fmt: skip
        logger.info("I=%d: step %.3g of a branch, training loss %.4f", branches, tuning.step, rows[-1]["training_loss"])
    return {"convergence": pd.DataFrame(rows), "steps": pd.concat(trials, ignore_index=True)}


def sized_network(data, settings, branches):
    """The network of this many branches whose number of parameters is nearest to the one wanted."""
    inputs, outputs = data["X"].shape[1] // settings.pooling**2, int(data["y"].max()) + 1

    def network(width):
        return MultiBranch(inputs, outputs, branches=branches, width=width, hidden_layers=settings.hidden_layers)

    width = 1
    while network(width + 1).size <= settings.parameters:
        width += 1
    return min(network(width), network(width + 1), key=lambda one: abs(one.size - settings.parameters))


def _trained(network, drawn, settings, seed, step):
    """Parameters and history by epochs; the average divides gradients by I, so that steps grow with I."""
    return train_network(
        network, *drawn[:2], seed=seed, step=step * network.branches, epochs=settings.epochs,
        batch_size=settings.batch_size, description=f"I={network.branches} step={step:.3g}", by_epoch=True,
    )  # fmt: skip


def _reached(network, parameters, history, drawn):
    """Where training ended, and by how much its loss rose from epoch to epoch, over how much it fell in all."""
    trained = TrainedNetworks(network, [parameters], np.array([history.final_loss]))
    fallen = history.loss[0] - history.loss.min()
    return {
        "diverged": history.diverged,
        "training_loss": history.final_loss,
        "test_error": trained.error(*drawn[2:]),
        "rises": float(np.maximum(0, np.diff(history.loss)).sum() / fallen) if fallen > 0 else np.inf,
    }


if __name__ == "__main__":
    run(compute_convergence)
