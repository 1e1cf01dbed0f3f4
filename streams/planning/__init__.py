"""Planning: how many machines a fleet takes and what they cost, from measured costs and from prices in a file."""
