"""When and where it runs: stages, shards, engines, and the command line."""
