"""Views to observe: from a dataset's frames, and what models add to pictures."""
