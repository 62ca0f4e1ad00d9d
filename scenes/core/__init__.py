"""Shared ground: geometry, seeds, the cache, colours, and the taxonomy of things."""
