"""Builders of procedural assets: one module for each family of things, found by its name."""
