"""Cameras: projection, lenses, shutters, and the view that a renderer is asked for."""
