"""From a scene spec and a seed to a settled, checked Scene."""
