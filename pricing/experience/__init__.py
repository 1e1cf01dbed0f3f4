"""Experience: what a fleet's and a vehicle's own claims say about the claims to come."""
