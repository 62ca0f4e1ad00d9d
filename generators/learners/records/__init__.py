"""A policy's inputs and its record: rows of numbers, pictures, its card."""
