"""The render backend `blenderproc`: BlenderProc's Cycles in a process of its own."""
