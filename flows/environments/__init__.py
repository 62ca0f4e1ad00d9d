"""Environments from a dataset's folder: its tasks, its scenes or fresh ones, its demonstrations."""
