"""Networks with a zero unit, and whether a small change of that unit lowers the objective."""
