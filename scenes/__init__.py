"""What world it is: assets, cousins, layout, assembly, simulation. Imports schemas only."""
