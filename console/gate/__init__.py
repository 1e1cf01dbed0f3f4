"""Gate: who asks, how often they may, and what whoever is turned away is told."""
