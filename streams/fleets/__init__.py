"""Fleets: what is known of vehicles and of the ground they drive on, and what they said, as kernels read it."""
