"""One solver per file; each takes a `Program` and yields points that `certificates` judges."""
