"""Floating point operations of one step: gradient descent on two layers, Douglas–Rachford on the dual."""

#: Golub and Van Loan (2013), figure 8.6.1, square matrices: both factors, and singular values alone.
_SVD, _SINGULAR_VALUES = 22, 8 / 3


def descent_step(size, width):
    """Of two layers on white inputs: five matrix products, two forward and three for the gradient.

    Parameters
    ----------
    size : int
        Rows and columns n of the targets.
    width : int
        Hidden width r.

    Returns
    -------
    float

    Examples
    --------
    >>> descent_step(10, 10)
    10000
    """
    return 10 * width * size**2


def douglas_rachford_step(size):
    """With its certificate, on n × n targets: projection, proximal operator and two recoveries, the dual value.

    Parameters
    ----------
    size : int

    Returns
    -------
    float

    Examples
    --------
    >>> round(douglas_rachford_step(10))
    90667
    """
    return (4 * _SVD + _SINGULAR_VALUES) * size**3
