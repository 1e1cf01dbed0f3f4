"""Erasure: one person's data becomes nobody's - everywhere, and with no kilometre and no premium changed."""
