"""Ledger: the chains of entries as the store holds them - posted, verified, made again, sealed."""
