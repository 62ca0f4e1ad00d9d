"""Pools whose workers are those of a cluster: they share the dataset's folder, nothing else."""
