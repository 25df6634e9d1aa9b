"""Measures speed and size on real processes, with peers in the same run: `make bench`."""
