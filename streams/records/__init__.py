"""Records: what was found becomes rows - events, alerts, hours, faults, evidence - and what changed in them."""
