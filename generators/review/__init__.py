"""The page on which people review proposed tasks, and the file with their decisions."""
