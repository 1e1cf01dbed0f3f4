"""Kernels: what compiled code stands on - the one compiler, thresholds by class, spans, bands, quality, ignition."""
