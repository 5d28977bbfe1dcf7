"""Logarithmic axes with plain numbers at 1, 2 and 5 times the powers of ten."""

from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator


def plain_log(axis, subs=(1.0, 2.0, 5.0)):
    """Label a logarithmic ``axis`` (``ax.xaxis`` or ``ax.yaxis``) by plain numbers."""
    axis.set_major_locator(LogLocator(subs=subs, numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def ticks_at(axis, values):
    """Ticks at ``values`` only, labelled by them."""
    axis.set_ticks(list(values), [f"{value:g}" for value in values])
    axis.set_minor_locator(NullLocator())
