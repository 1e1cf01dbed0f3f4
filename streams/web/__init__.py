"""Web: what a process shows over HTTP and to whom, and its way to the vehicles' broker."""
