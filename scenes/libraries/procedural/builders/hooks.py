"""Racks of hooks that stand on a table, for mugs and cups."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import block
from ..toolkit.geometry import rotation, tube
from ..toolkit.pieces import turned

WOOD = 700.0
STEEL = 4000.0
PEG = 0.0038
"""Radius of a hook, metres."""


def hook_rack(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An upright board on a foot, with two pegs that look to the front and up."""
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood(rng)
    draft.materials["peg"] = look.metal(rng)
    count, pitch = 2, float(rng.uniform(0.15, 0.19))
    y = ((count - 1) * pitch + float(rng.uniform(0.05, 0.07))) / 2
    height = float(rng.uniform(0.26, 0.32))
    thick, foot = float(rng.uniform(0.016, 0.022)), float(rng.uniform(0.016, 0.022))
    deep = float(rng.uniform(0.07, 0.09))
    body = draft.link()
    block(body, (-deep, -y, 0), (deep, y, foot), "board", WOOD, bevel=0.003)
    rails = (height - float(rng.uniform(0.045, 0.06)), height)
    for side in (-1, 1):
        low = (-thick, side * y - (0.02 if side > 0 else 0.0), foot)
        high = (0, side * y + (0.02 if side < 0 else 0.0), rails[0])
        block(body, low, high, "board", WOOD, bevel=0.003)
    block(body, (-thick, -y, rails[0]), (0, y, rails[1]), "board", WOOD, bevel=0.003)
    tilt, length = float(rng.uniform(0.38, 0.50)), float(rng.uniform(0.088, 0.100))
    for number in range(count):
        spot = np.array([0.0, (number - (count - 1) / 2) * pitch, sum(rails) / 2 - 0.012])
        _peg(draft, body, f"hook_{number + 1}", spot, tilt, length)
    return draft.build(graspable=False, fixed=True)


def _peg(
    draft: Draft, body: LinkDraft, name: str, root: np.ndarray[tuple[int], np.dtype[np.float64]],
    tilt: float, length: float,
) -> None:  # fmt: skip
    """A rod from a point of the board, `tilt` radians above level."""
    ahead = rotation("y", -tilt) @ np.array([1.0, 0.0, 0.0])
    tip = root + ahead * length
    body.show(tube(np.stack([root, tip]), PEG, 10), "peg", STEEL)
    quat = turned(0.0, np.pi / 2 - tilt)
    body.collide("capsule", (PEG, length / 2 - PEG / 2), (root + tip) / 2, quat)
    draft.hook(name, body.name, root, tip, PEG)


PLUGIN = Builders(
    Category("hook_rack.n.01", "hook-rack", hook_rack),
)
