"""The code inside Blender's Python, in a process of its own; it imports nothing of cousins."""
