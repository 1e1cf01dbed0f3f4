"""Conditioning: raw samples become what detectors and journeys may trust; the first link of the chain."""
