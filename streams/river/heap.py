"""Heap: what was loaded for good is left out of the search for garbage, which is made seldom."""

import gc

AFTER = 50_000  # more objects that may hold others made than gone; a handful of payloads has some 10,000, gone with it


def settle() -> None:
    """Call once everything is restored; what of it has become garbage since the last call is cleared now."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER, 10, 10)
