"""Several networks of one multi-branch architecture, trained from different starts by SGD on the margin loss."""

import dataclasses

import numpy as np
import torch

from convexify.checks import as_integer, as_number
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.training import train


@dataclasses.dataclass(frozen=True)
class TrainedNetworks:
    """Networks of one architecture and what training reached.

    Attributes
    ----------
    network : MultiBranch
    parameters : list of torch.Tensor, shape (size,)
        One vector for each start.
    losses : ndarray, shape (starts,)
        Margin loss of each network over all training samples.
    """

    network: MultiBranch
    parameters: list
    losses: np.ndarray

    def error(self, X, y):
        """Share of misclassified samples, mean over the networks."""
        with torch.no_grad():
            shares = [float((self.network(w, X).argmax(dim=1) != y).double().mean()) for w in self.parameters]
        return float(np.mean(shares))


def train_networks(network, X, y, *, seeds, step, epochs, batch_size, description="train"):
    r"""Train one network from each of several starts.

    Parameters
    ----------
    network : MultiBranch
    X : torch.Tensor, shape (n, inputs)
    y : torch.Tensor of int64, shape (n,)
        Labels 0, …, outputs − 1.
    seeds : sequence of int
        Seed of the start and of the order of the samples of each network.
    step : float
        First step length; it falls linearly to zero. The average over I branches divides each branch's gradient by I:
        steps in proportion to I let branches learn at the same speed whatever I is.
    epochs : int
        Passes over the samples.
    batch_size : int
    description : str
        Label of the progress bars.

    Returns
    -------
    TrainedNetworks

    Raises
    ------
    ValueError
        If an argument is out of range.
    RuntimeError
        If a training diverges.

    Examples
    --------
    >>> network = MultiBranch(inputs=2, outputs=2, branches=50)
    >>> X, y = torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), torch.tensor([0, 1])
    >>> trained = train_networks(network, X, y, seeds=[0, 1], step=50.0, epochs=20, batch_size=2)
    >>> trained.error(X, y)
    0.0
    """
    vectors, losses = [], []
    for seed in seeds:
        options = {"step": step, "epochs": epochs, "batch_size": batch_size, "description": description}
        parameters, history = train_network(network, X, y, seed=seed, **options)
        if history.diverged:
            raise RuntimeError(f"{description}: training {history.stop}")
        vectors.append(parameters)
        losses.append(history.final_loss)
    return TrainedNetworks(network, vectors, np.array(losses))


def train_network(network, X, y, *, seed, step, epochs, batch_size, description, by_epoch=False):
    """One of the runs of `train_networks`, which may diverge.

    Parameters
    ----------
    network, X, y, step, epochs, batch_size, description
        As there.
    seed : int
    by_epoch : bool
        Whether the history has a record of every epoch, or of the first and last iterate alone.

    Returns
    -------
    tuple
        Parameters (size,) and the `History` of the margin loss over all samples.
    """
    step, epochs = as_number("step", step, above=0), as_integer("epochs", epochs, minimum=1)
    each = -(-len(X) // as_integer("batch_size", batch_size, minimum=1))
    parameters = network.initial(seed).to(X.device).requires_grad_()

    def loss(batch=slice(None)):
        return multiclass_margin_loss(network(parameters, X[batch]), y[batch])

    history = train(
        parameters,
        loss,
        method="sgd",
        step=lambda iteration: step * (1 - iteration / (epochs * each)),
        iterations=epochs * each,
        n_samples=len(X),
        batch_size=batch_size,
        seed=seed,
        record_every=each if by_epoch else epochs * each,
        description=description,
    )
    return parameters.detach(), history
