"""The world: assets, cousins, layout, assembly, simulation. Imports schemas only."""
