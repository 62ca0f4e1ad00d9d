"""Code inside another environment, in a process of its own; it imports nothing of cousins."""
