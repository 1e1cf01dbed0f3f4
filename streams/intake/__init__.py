"""Intake: payloads at the door - from whom, readable, new or here before, in whose name."""
