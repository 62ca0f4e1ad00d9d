"""What a policy reads and what is kept about it: rows of numbers, pictures, its card."""
