"""Merges datasets into one that is read, verified and exported like any other."""

from .copying import Merged, merge

__all__ = ["Merged", "merge"]
