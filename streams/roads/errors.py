"""Errors: what is wrong with a file of roads, where, and what to do."""


class RoadsError(Exception):
    """A file of roads that cannot be used."""
