"""Proofs that travel: an answer in a file, and the check that certifies it again, rounding errors included."""
