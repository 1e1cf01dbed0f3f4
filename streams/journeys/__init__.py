"""Journeys: trips, activity, exposure and what tyres held, folded out of conditioned samples."""
