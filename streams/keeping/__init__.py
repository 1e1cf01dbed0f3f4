"""Keeping: how long what is kept, by when it grows old, what is let go, and the archive."""
