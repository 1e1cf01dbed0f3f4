"""Ledger: what was indicated and charged, when it was known and why, in chains that show every altered byte."""
