"""Where torch computes."""

from convexify.checks import one_of


def resolve_device(device):
    """``"cpu"`` or ``"cuda"`` for ``"auto"`` (CUDA where torch finds such a device), ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    ValueError
        For any other name, and for ``"cuda"`` on a machine without a usable CUDA device.
    """
    if one_of("device", device, ("auto", "cpu", "cuda")) == "cpu":
        return device
    import torch  # takes a second to import: only where the answer depends on it

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise ValueError("device: expected 'auto' or 'cpu' on this machine, got 'cuda' (torch finds no CUDA device)")
    return "cpu"
