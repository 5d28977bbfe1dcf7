"""What can go wrong between a data set's name and its arrays."""


class DatasetError(RuntimeError):
    """A data set that cannot be had, or whose content is not what the registry says."""


class SourceError(Exception):
    """One source that did not serve, with the reason; the next one is tried."""
