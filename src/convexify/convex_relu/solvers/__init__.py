"""`solve` and what it calls: one solver per file, each yields points that `programs.certificates` evaluates."""
