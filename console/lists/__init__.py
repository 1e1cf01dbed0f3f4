"""Lists: rows that somebody may see, in parts, between two instants."""
