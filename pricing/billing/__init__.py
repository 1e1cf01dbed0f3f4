"""Billing: what is charged, and when; an indication never charges by itself."""
