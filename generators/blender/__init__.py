"""The render backend `blenderproc`: BlenderProc's Cycles in a process of its own."""

from __future__ import annotations

from .renderer import BlenderRenderer

__all__ = ["BlenderRenderer"]
