"""Credibility: how far a record may be believed against the mean it belongs to."""
