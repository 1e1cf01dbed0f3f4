"""River: a partition at work - payloads in, one commit, messages out; after a restart, each minute, each midnight."""
