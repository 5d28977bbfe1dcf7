"""Exponential or power law: fitted to small depths, compared on the larger ones that were held out."""

import numpy as np

from convexify.checks import as_vector


def power_minus_exponential_error(depths, values):
    r"""By how much an exponential foretells the larger depths better than a power law.

    Parameters
    ----------
    depths : array_like, shape (k,)
        Increasing and positive, at least three.
    values : array_like, shape (k,)
        Positive.

    Returns
    -------
    float
        Root mean squared error of :math:`\log` values on the larger half of the depths (rounded up, one less if fewer
        than two were left to fit), of the power law fitted on the smaller ones minus that of the exponential; positive
        if the exponential is better. Both have two parameters.

    Raises
    ------
    ValueError
        If there are fewer than three depths or a value is not positive.

    Examples
    --------
    >>> power_minus_exponential_error([2, 3, 4, 5], [4.0, 8.0, 16.0, 32.0]) > 0
    True
    >>> power_minus_exponential_error([2, 3, 4, 5], [4.0, 9.0, 16.0, 25.0]) < 0
    True
    """
    depths = as_vector("depths", depths)
    values = as_vector("values", values, length=len(depths))
    if len(depths) < 3 or (values <= 0).any() or (depths <= 0).any() or (np.diff(depths) <= 0).any():
        raise ValueError("depths, values: expected at least three increasing depths and positive values")
    fitted = max(2, len(depths) // 2)
    logs = np.log(values)

    def error(x):
        slope, offset = np.polyfit(x[:fitted], logs[:fitted], 1)
        return np.sqrt(np.mean((offset + slope * x[fitted:] - logs[fitted:]) ** 2))

    return float(error(np.log(depths)) - error(depths))
