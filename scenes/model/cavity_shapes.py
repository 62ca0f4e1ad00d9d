"""The cavities of all objects of a scene as arrays, which no movement changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...schemas import Asset, Cavity

BRIM = 0.15
"""How far above an open vessel's brim the middle of what is inside may lie, as a share."""
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CavityShapes:
    """The C cavities of a scene's N objects, in order.

    Attributes:
        names: of the cavities.
        owner: (C,) numbers of the objects that they belong to.
        body: (C,) ids of the bodies that they move with.
        middle: (C, 3) in the frame of that body, metres.
        half: (C, 3) half sizes, metres.
        top: (C,) how far above its middle what is inside may lie, metres: above the brim of
            what is open at the top, and nothing can close, there is room.
        round: (C,) whether the cavity is a cylinder.
        belongs: (C, N) whether it is of that object.
        walls: (C, N) likewise, of those that are more than an open shelf or the inside of a
            low rim.
        flare: (C, 2) how much wider than the cavity its vessel is at the brim, metres.
        grain: (N,) whether the object is a grain.
    """

    names: tuple[str, ...]
    owner: npt.NDArray[np.int64]
    body: npt.NDArray[np.int64]
    middle: Array
    half: Array
    top: Array
    round: Flags
    belongs: Flags
    walls: Flags
    flare: Array
    grain: Flags

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Number of the owner and name of each."""
        return zip(self.owner.tolist(), self.names, strict=True)

    def __len__(self) -> int:
        """C."""
        return len(self.names)


def cavity_shapes(things: list[tuple[Asset, dict[str, int]]]) -> CavityShapes:
    """The cavities of objects.

    Args:
        things: of each object its asset, and the ids of its bodies by link.
    """
    found = [(n, asset, c) for n, (asset, _) in enumerate(things) for c in asset.cavities]
    owner = np.array([n for n, _, _ in found], dtype=np.int64)
    half = np.array([c.half_size for _, _, c in found]).reshape(-1, 3)
    free = np.array([c.opening == "top" and not c.joint for _, _, c in found], dtype=np.bool_)
    belongs: Flags = owner[:, None] == np.arange(len(things))
    walled = np.array([_walled(asset, c) for _, asset, c in found], dtype=np.bool_)
    return CavityShapes(
        names=tuple(c.name for _, _, c in found),
        owner=owner,
        body=np.array([things[n][1][c.link] for n, _, c in found], dtype=np.int64),
        middle=np.array([c.centre for _, _, c in found]).reshape(-1, 3),
        half=half,
        top=half[:, 2] * np.where(free, 1 + 2 * BRIM, 1.0),
        round=np.array([c.round for _, _, c in found], dtype=np.bool_),
        belongs=belongs,
        walls=belongs & walled[:, None],
        flare=np.array([_flare(asset, c) for _, asset, c in found]).reshape(-1, 2),
        grain=np.array([asset.grain for asset, _ in things], dtype=np.bool_),
    )


def _walled(asset: Asset, cavity: Cavity) -> bool:
    return cavity.encloses or cavity.link not in {x.link for x in asset.open_surfaces}


def _flare(asset: Asset, cavity: Cavity) -> Array:
    """(2,); walls that lean out are known of simple vessels alone."""
    if cavity.opening != "top" or cavity.joint is not None or len(asset.links) > 1:
        return np.zeros(2)
    extents = np.sort(asset.extents[:2])[[0, 0]] if cavity.round else asset.extents[:2]
    wider: Array = np.maximum(np.array(extents) / 2 - cavity.half_size[:2], 0.0)
    return wider
