"""Long things that lie along y: bars of round section over cylinders and level skids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .draft import LinkDraft
from .geometry import Array, tube
from .pieces import LIFT, turned


def rod(
    link: LinkDraft, y: Sequence[float] | Array, radius: Sequence[float] | Array, material: str,
    density: float, *, axis: Sequence[float] | Array | float | None = None, sides: int = 12,
    x: float = 0.0,
) -> None:  # fmt: skip
    """Show a bar of round section.

    Args:
        link: what it is part of.
        y: rising positions along it, (K,), metres.
        radius: at each of them.
        material: name of its material.
        density: kg/m^3.
        axis: height of its axis at each position; by default it lies on the ground all along.
        sides: of its section.
        x: where it lies across.
    """
    along, thick = np.asarray(y, dtype=float), np.asarray(radius, dtype=float)
    height = thick if axis is None else np.broadcast_to(np.asarray(axis, dtype=float), along.shape)
    path = np.stack([np.full(len(along), x), along, height], axis=-1)
    link.show(tube(path, thick, sides), material, density)


def barrel(
    link: LinkDraft, y0: float, y1: float, radius: float, axis: float, x: float = 0.0
) -> None:
    """A level cylinder along y, a hair above the ground where it would lie on it."""
    height = max(axis, radius + LIFT)
    spot = (x, (y0 + y1) / 2, height)
    link.collide("cylinder", (radius, abs(y1 - y0) / 2), spot, turned(np.pi / 2, np.pi / 2))


def bar(link: LinkDraft, y0: float, y1: float, radius: float, axis: float) -> None:
    """A square bar in place of a round one: upright faces that two low fingers find."""
    side = 0.93 * radius
    spot = (0.0, (y0 + y1) / 2, max(axis, side + LIFT))
    link.collide("box", (side, abs(y1 - y0) / 2, side), spot)


def skid(link: LinkDraft, y: float, half: tuple[float, float], x: float = 0.0) -> None:
    """A flat that something round rests on: half extents across and along."""
    link.collide("box", (half[0], half[1], 0.002), (x, y, 0.002))
