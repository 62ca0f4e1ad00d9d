"""Processes without a common file system make one dataset: they exchange finished shards."""
