"""Distributed: many processes over Kafka - the bridge that feeds it, the workers that share its partitions."""
