"""One style for every figure."""

import math
import sys
import warnings
from contextlib import contextmanager

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from convexify_workflow.files import lay_out
from convexify_workflow.uncertainty import FEWEST, mean


@contextmanager
def _without(*modules):
    """Imports of these modules fail inside, unless they are there already."""
    absent = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


# seaborn takes scipy for kernel densities and dendrograms, which no figure draws, and does without if there is none:
# scipy.stats was 0.5 s of the 1.3 s that a figure's imports took. It stays away if scripts take seaborn from here.
with _without("scipy.stats", "scipy.cluster"):
    import seaborn as sns
    import seaborn.objects as so

# seaborn 0.13 still passes pandas an argument that pandas 3 ignores: nothing that a reader of the log could act on.
warnings.filterwarnings("ignore", message="The copy keyword is deprecated", category=DeprecationWarning)

#: Colours that stay apart for readers with colour-vision deficiency (Okabe & Ito 2008).
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#7F7F7F",
}
#: The order in which unnamed series take their colours.
CYCLE = [COLOURS[name] for name in ("blue", "vermilion", "green", "orange", "purple", "sky", "black")]
#: Colour map for one-sided and for two-sided quantities.
SEQUENTIAL, DIVERGING = "viridis", "RdBu_r"

STYLE = {
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "axes.titlesize": "medium",
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.0,
    "axes.edgecolor": "0.15",
    "font.size": 11,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "none",
}


def subplots(rows=1, columns=1, *, width=None, height=None, **keywords):
    """Figure and axes in the project's style.

    Parameters
    ----------
    rows, columns : int
        Grid of axes.
    width, height : float, optional
        Size in inches; by default 4.6 × 3.6 for each panel of a grid and 7 × 4.4 for a single one.
    **keywords
        Passed to :func:`matplotlib.pyplot.subplots`.

    Returns
    -------
    tuple
        Figure and axes, as matplotlib returns them.
    """
    apply_style()
    single = rows == columns == 1
    width = width or (7.0 if single else 4.6 * columns)
    height = height or (4.4 if single else 3.6 * rows)
    return plt.subplots(rows, columns, figsize=(width, height), **keywords)


def apply_style():
    """Set the project's style for every figure made afterwards."""
    mpl.rcParams.update(STYLE)


def iteration_axis(axes, last):
    """Logarithmic abscissa from iteration 0, which has its own place, to ``last``."""
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xticks([0, *(10**power for power in range(len(str(int(last)))))])
    axes.set_xlim(0, last)


def plain_log_ticks(axis, subs=(1.0, 2.0, 5.0)):
    """Label a logarithmic ``axis`` (``axes.xaxis``, ``axes.yaxis``) by plain numbers: ``subs`` times powers of ten."""
    axis.set_major_locator(LogLocator(subs=subs, numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def ticks_at(axis, values):
    """Ticks of ``axis`` at ``values`` only, labelled by them."""
    axis.set_ticks(list(values), [f"{value:,g}" for value in values])
    axis.set_minor_locator(NullLocator())


def measured(numbers, metric, form=".2g"):
    """What the table of metrics says of one of them, for a title: "0.31 [0.20, 0.42]", or "not tested" (no number).

    Parameters
    ----------
    numbers : pandas.DataFrame
        Content of ``metrics.csv``.
    metric : str
    form : str
        Format of each number.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"metric": ["gain"], "value": [0.314], "low": [0.2], "high": [0.42]})
    >>> measured(table, "gain")
    '0.31 [0.2, 0.42]'
    >>> measured(table, "gain", ".0%")
    '31% [20%, 42%]'
    """
    rows = numbers[numbers["metric"] == metric]
    if rows.empty or rows["value"].isna().all():
        return "not tested"
    row = rows.iloc[0]
    # "z": rounding to nothing leaves no minus behind.
    value, *ends = (format(row[name], f"z{form}").replace("-", "−") for name in ("value", "low", "high"))
    return f"{value} [{', '.join(ends)}]" if row.get("kind", "estimate") == "estimate" else value


def direction(numbers, metric, falls="falls", rises="rises", still="does not fall", level=0.0):
    """Which way a metric points, for a title: a word if its whole interval is on one side of a level, or "undecided".

    Parameters
    ----------
    numbers : pandas.DataFrame
        Content of ``metrics.csv``.
    metric : str
    falls, rises, still : str
        Words for an interval below and above the level, and for one that begins there, of which the ledger says that it
        is not below.
    level : float
        Zero for differences and slopes, one for quotients.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"metric": ["gain"], "value": [0.3], "low": [0.2], "high": [0.4]})
    >>> direction(table, "gain", "fewer", "more")
    'more'
    """
    rows = numbers[numbers["metric"] == metric]
    if rows.empty or rows["value"].isna().all():
        return "not tested"
    low, high = rows["low"].iloc[0], rows["high"].iloc[0]
    if low == level:
        return still
    return falls if high < level else rises if low > level else "undecided"


def wrapped(text, width=30):
    """Words of ``text`` on lines of fewer than ``width`` characters; a longer word keeps its own line."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def laid_out(figure):
    """The figure with its layout fixed, so that what is placed by hand stays where it is."""
    lay_out(figure)
    return figure


def medians(axes, table, x, y, *, spread=("pi", 100), **keywords):
    """Median of ``y`` at each ``x`` of a tidy table with a band over its repetitions; drawn by seaborn.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    table : pandas.DataFrame
        One row a repetition.
    x, y : str
        Columns.
    spread : tuple
        Seaborn's ``errorbar``; by default from the smallest to the largest repetition.
    **keywords
        Passed to :func:`seaborn.lineplot`: ``hue``, ``style``, ``**looks(...)`` and so on.
    """
    sns.lineplot(table, x=x, y=y, estimator="median", errorbar=spread, err_kws={"alpha": 0.2, "linewidth": 0}, ax=axes,
                 **keywords)  # fmt: skip


def mean_interval(values):
    """Ends of the 95 % interval of a mean as the metrics have it, for seaborn's ``errorbar``; none for two values.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number for each independent unit.

    Examples
    --------
    >>> low, high = mean_interval([1.0, 2.0, 3.0])
    >>> round(low, 2), round(high, 2)
    (-0.48, 4.48)
    """
    if len(values) < FEWEST:
        return math.nan, math.nan
    interval = mean(values, unit="row")
    return interval.low, interval.high


def intervals(axes, table, x, y, *, low="low", high="high", **keywords):
    """Points with the intervals that the table holds (those of the metrics), drawn by seaborn.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    table : pandas.DataFrame
    x, y : str
        Columns: one the value, the other the place; names on ``y`` draw the intervals sideways.
    low, high : str
        Columns of the interval's ends.
    **keywords
        ``color`` and ``marker`` (columns), and ``palette`` and ``markers`` (what `convexify_workflow.methods.looks`
        returns); points of one place are set side by side. There is no legend: draw it once for the figure.
    """
    palette, markers = keywords.pop("palette", None), keywords.pop("markers", None)
    keywords.pop("dashes", None)
    upright = table[y].dtype.kind in "fi"
    ends = {"ymin": low, "ymax": high} if upright else {"xmin": low, "xmax": high}
    plot = so.Plot(table, x=x, y=y, **ends, **keywords)
    plot = plot.add(so.Range(linewidth=2), so.Dodge(gap=0.4), legend=False).add(
        so.Dot(pointsize=7), so.Dodge(gap=0.4), legend=False
    )
    scales = {"color": palette, "marker": markers}
    plot.scale(**{key: value for key, value in scales.items() if value and key in keywords}).on(axes).plot()


def finding(figure, text, **keywords):
    """Title of a figure: the sentence that it shows, on as many lines as its width needs; a line break stays."""
    lines = [wrapped(line, int(9.2 * figure.get_figwidth())) for line in text.splitlines()]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", weight="bold", fontsize=12, **keywords)


def legend_of(figure, axes, **keywords):
    """Legend of one panel set below the whole figure instead, each name once; the panels' own legends go."""
    named = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    for panel in figure.axes:
        if panel.get_legend():
            panel.get_legend().remove()
    figure.legend(named.values(), named, **{"loc": "outside lower center", "ncols": len(named)} | keywords)


def spelled(dataset):
    """Name of a data set as it is written in text: "MNIST" for ``mnist``."""
    names = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
    return names.get(dataset, dataset.replace("_", " "))


def scientific(value):
    """A very small or large number with one digit and a power of ten, typeset, for titles."""
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:g}"
    factor, power = f"{value:.0e}".split("e")
    factor = "" if factor == "1" else rf"{factor}\times"
    return rf"${factor}10^{{{int(power)}}}$"
