"""Pick up and put down, and what helps: regrasping, and clearing the way."""
