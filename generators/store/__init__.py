"""The writer of a dataset's folder, and what decides which bytes a shard holds."""
