"""Monitoring: whether a tariff still says what claims say."""
