"""Renewal: what the next term would cost, and why that is not what this one does."""
