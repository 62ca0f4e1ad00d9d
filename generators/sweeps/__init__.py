"""Sweeps of a dataset: a model's score along an axis, and pictures of the axis for people."""

from __future__ import annotations

from .axis import Axis, swept
from .curve import write_curve
from .pictures import colour_depth, colour_normals, overlay
from .score import Point, Score, score
from .sheet import write_sheet

__all__ = [
    "Axis", "Point", "Score", "colour_depth", "colour_normals", "overlay", "score", "swept",
    "write_curve", "write_sheet",
]  # fmt: skip
