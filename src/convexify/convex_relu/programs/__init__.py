"""The convex program: its data and linear maps, losses, cones, and certificates of any of its points."""
