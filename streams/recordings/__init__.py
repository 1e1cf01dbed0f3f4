"""Recordings: files of samples, ours or as a mapping reads them - columns, instants, units."""
