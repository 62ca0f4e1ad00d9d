"""Programs in the Python of another environment, and what talks to them."""
