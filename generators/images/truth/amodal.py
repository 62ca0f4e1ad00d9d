"""Whole objects in a view: how much of each is seen, and their masks as run lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import AmodalMasks
from ..raster.silhouettes import WORD, Words

Mask = npt.NDArray[np.bool_]


_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").astype(
    np.int64
)
"""(256, 8): the bits of each byte, the lowest first."""


@dataclass(frozen=True)
class Amodal:
    """Whole objects in one view.

    Attributes:
        words: (H, W, ceil(K / 32)) uint32: bit k % 32 of word k // 32 is instance k + 1.
        pixels: (K + 1,) pixels of each instance within the image, by instance id; 0 at 0.
    """

    words: Words
    pixels: npt.NDArray[np.int64]

    @classmethod
    def of(cls, words: Words, count: int) -> Amodal:
        """Count the pixels of `count` instances."""
        # A histogram of bytes counts eight bits at once.
        raw = np.ascontiguousarray(words, dtype="<u4").view(np.uint8)
        planes = raw.reshape(-1, 4 * words.shape[2])[:, : -(-count // 8)].T
        pixels = [np.bincount(plane, minlength=256) @ _BITS for plane in planes]
        return cls(words, np.concatenate([[0], *pixels])[: count + 1])

    def mask(self, instance_id: int) -> Mask:
        """(H, W): which pixels' centres the whole object covers."""
        covered: Mask = _plane(self.words, instance_id) != 0
        return covered

    def fraction(self, instance_id: int, visible: int) -> float | None:
        """Visible pixels over all of the object's within the image; None where it has none."""
        whole = int(self.pixels[instance_id])
        # Another backend's masks may disagree with the rasteriser's by a pixel at an edge.
        return min(visible / whole, 1.0) if whole else None

    def encoded(self) -> AmodalMasks:
        """The masks of all objects in view, as COCO's compressed run lengths."""
        from pycocotools import mask as coco_mask

        counts: dict[int, str] = {}
        for key in np.flatnonzero(self.pixels).tolist():
            run: Any = coco_mask.encode(np.asfortranarray(self.mask(key), dtype=np.uint8))
            counts[key] = run["counts"].decode("ascii")
        height, width = self.words.shape[:2]
        return AmodalMasks(size=(height, width), counts=counts)


def decode_mask(masks: AmodalMasks, instance_id: int) -> Mask:
    """The whole object's mask, (H, W); empty where it is out of view."""
    from pycocotools import mask as coco_mask

    counts = masks.counts.get(instance_id)
    if counts is None:
        return np.zeros(masks.size, dtype=np.bool_)
    run: Any = {"size": list(masks.size), "counts": counts.encode("ascii")}
    mask: Mask = coco_mask.decode(run) != 0
    return mask


def _plane(words: Words, instance_id: int) -> Words:
    place = instance_id - 1
    return words[..., place // WORD] & np.uint32(1 << (place % WORD))
