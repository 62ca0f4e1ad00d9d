"""Procedural synthetic data and tasks for robot learning and vision: YAML in, verified data out."""

from importlib.metadata import version

__version__ = version("cousins")
