"""Reckoning: what is worked out of the record and kept for all who ask."""
