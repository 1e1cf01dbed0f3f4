"""Alerts: as people have left them, what they decide, and what was done step by step."""
