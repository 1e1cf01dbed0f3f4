"""Peers: the same frames of Kafka through other stream processors, each a process of its own: see bench/beside.py."""
