"""Settling: what comes late, or never, puts the record right, from a midnight before it."""
