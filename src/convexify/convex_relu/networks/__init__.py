"""Two-layer networks: from and to points of the convex program, training, certificates, pruning, stationarity."""
