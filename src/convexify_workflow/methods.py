"""One look for each method, the same in every figure: warm colours train the network itself, cool ones are convex."""

from dataclasses import dataclass

from convexify_workflow.plotting import COLOURS


@dataclass(frozen=True)
class Look:
    """Name in legends, colour, marker and dashes (seaborn's notation; empty is a solid line) of one method."""

    name: str
    colour: str
    marker: str = "o"
    dashes: tuple = ()


def _look(name, colour, marker="o", dashes=()):
    return Look(name, COLOURS[colour], marker, dashes)


#: By the word that tables use.
METHODS = {
    # Descent on the network itself.
    "SGD": _look("SGD, step tuned", "orange", "o"),
    "Adam": _look("Adam, step tuned", "vermilion", "^"),
    "gradient descent": _look("gradient descent, step tuned", "vermilion", "v"),
    "vanilla": _look("squared loss", "vermilion", "o"),
    # Convex programs and relaxations.
    "sampled": _look("convex, sampled patterns", "blue", "D"),
    "network's patterns": _look("convex, the network's patterns too", "sky", "s"),
    "gated": _look("gated: another model", "purple", "P"),
    "global": _look("global: all patterns", "green", "*"),
    "relaxed loss": _look("relaxed loss", "blue", "s"),
    "relaxed update": _look("relaxed update", "green", "D", (4, 2)),
    "Douglas–Rachford": _look("dual by Douglas–Rachford", "blue", "s"),
    "Schatten norm": _look("Schatten norm", "blue", "s"),
    "weight decay": _look("weight decay", "vermilion", "o"),
    "searched bound": _look("bound if the search missed no neuron: no proof", "orange", "v", (4, 2)),
    # A network and the simple predictors beside it.
    "network, training": _look("network, training", "vermilion", "o", (1, 1)),
    "network, test": _look("network, test", "vermilion", "s"),
    "constant, test": _look("constant, test", "black", ".", (1, 2)),
    "ridge, test": _look("ridge, test", "green", ".", (4, 2)),
    "linearised, test": _look("linearised, test", "blue", ".", (4, 1, 1, 1)),
    "CCNN-1": _look("CCNN-1", "blue", "D"),
    "CCNN-2": _look("CCNN-2", "sky", "s", (4, 2)),
    "CNN-1": _look("CNN-1, step tuned", "vermilion", "^"),
    "CNN-2": _look("CNN-2, step tuned", "orange", "o", (4, 2)),
    # Values of one problem.
    "optimum": _look("optimum P", "vermilion", "o"),
    "dual": _look("dual D", "blue", "s", (4, 2)),
    "lower bound": _look("proved lower bound", "blue", "s"),
    "linear programming": _look("relaxation LP", "black", "."),
    # Architectures.
    "fully connected": _look("fully connected", "vermilion", "o"),
    "residual": _look("residual: skip, 1/H", "blue", "s"),
    "skip, 1/sqrt(H)": _look("skip, 1/√H", "sky", "^"),
    "skip, no scaling": _look("skip, no scaling", "green", "D"),
    "dense skips": _look("dense skips, averaged", "black", "*"),
    "branches of depth H": _look("branches of depth H", "purple", "X", (1, 1)),
    "branches of depths 1 to H": _look("branches of depths 1 to H", "purple", "d", (4, 2)),
    "no skip, 1/H": _look("no skip, 1/H", "orange", "v"),
    "branches": _look("parallel branches", "orange", "P"),
    "wide": _look("one wide hidden layer", "black", "X"),
    # Convexifications beside each other.
    "deep linear": _look("deep linear, by its dual", "sky", "D"),
    "relaxed neuron": _look("one relaxed neuron", "blue", "v"),
    "path norm": _look("path norm, three layers", "green", "P"),
    "strong penalty": _look("strong penalty", "yellow", "s"),
    "SGD, small weights": _look("SGD, small initial weights", "vermilion", "v"),
    # Gates of images and of weights.
    "convex, patch gates": _look("convex, gates on patches", "blue", "D"),
    "convex, random gates": _look("convex, gates on whole images", "sky", "s"),
    "Gaussian gates": _look("convex, Gaussian gates", "blue", "D"),
    "mixed gates": _look("convex, half Gaussian, half trained", "purple", "P"),
    "trained gates": _look("convex, gates of a trained network", "green", "s"),
    "network": _look("the trained network itself", "vermilion", "^", (4, 2)),
    # Searches for a planted filter.
    "some draw": _look("relaxation, some draw", "blue", "s"),
    "one draw": _look("relaxation, one draw", "sky", "D", (1, 1.5)),
    "some start": _look("gradient descent, some start", "vermilion", "v", (4, 2)),
    # Bounds and values that a source prints.
    "paper": _look("the paper's value", "black", "X"),
}


def looks(methods):
    """Arguments ``palette``, ``markers`` and ``dashes`` of seaborn for a column that holds these methods.

    Parameters
    ----------
    methods : iterable of str
        Keys of `METHODS`, or the names that legends show.

    Returns
    -------
    dict
        By the words given, ready for ``seaborn.lineplot(..., hue=column, style=column, **looks(table[column]))``.

    Raises
    ------
    KeyError
        If a method has no look.

    Examples
    --------
    >>> sorted(looks(["SGD", "Adam"])["markers"].items())
    [('Adam', '^'), ('SGD', 'o')]
    """
    named = {look.name: look for look in METHODS.values()} | METHODS
    words = dict.fromkeys(methods)
    unknown = [word for word in words if word not in named]
    if unknown:
        raise KeyError(f"method {unknown[0]!r} has no look: add it to convexify_workflow.methods.METHODS")
    return {
        "palette": {word: named[word].colour for word in words},
        "markers": {word: named[word].marker for word in words},
        "dashes": {word: named[word].dashes for word in words},
    }
