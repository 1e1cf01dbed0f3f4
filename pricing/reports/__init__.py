"""Reports: documents for an underwriter and an actuary, made of frames that are given."""
