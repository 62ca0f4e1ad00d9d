"""Scenes in 3D in a browser, with attempts to scrub through."""
