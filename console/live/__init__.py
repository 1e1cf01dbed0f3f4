"""Live: what happens now, looked at once and told to every open tab."""
