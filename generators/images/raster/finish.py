"""How much work goes into a picture: what the fast renderer and the fine one differ in."""

from __future__ import annotations

from dataclasses import dataclass

from ....schemas import CameraParams

LARGE = 320
"""Rows of a picture; in one of more, steps of coarse shadow maps are seen."""


@dataclass(frozen=True)
class Finish:
    """How much work goes into a picture; labels do not depend on it.

    Attributes:
        shadow_pixels: width of a shadow map; one covers what is about a table, one the room.
            Twice as many in the fast finish where a picture shows more than `LARGE` rows: a pixel
            of a small picture is no finer than one of the map.
        shadow_edge: width of a shadow's soft edge, metres.
        taps: how often each fragment looks at a shadow map, 1 to 8; one of them costs least.
        occlusion: whether creases and the ground beside things get less light.
    """

    shadow_pixels: int
    shadow_edge: float
    taps: int
    occlusion: bool

    def map_pixels(self, camera: CameraParams) -> int:
        """Width of the shadow maps for a picture."""
        return self.shadow_pixels * (2 if self.taps == 1 and camera.height > LARGE else 1)


FAST = Finish(shadow_pixels=640, shadow_edge=0.0, taps=1, occlusion=False)
FINE = Finish(shadow_pixels=2048, shadow_edge=0.016, taps=8, occlusion=True)
