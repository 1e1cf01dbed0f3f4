"""Compiled: what all rooms' kernels are compiled with, and where that is kept; the one place that knows numba."""
