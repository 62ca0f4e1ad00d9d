"""Cameras, light, the rasteriser, and what labels are computed from."""
