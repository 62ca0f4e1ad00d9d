"""The seam between labelling and drawing: what a renderer is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ....schemas import Asset, CameraParams, Scene

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class GBuffer:
    """The geometry at each pixel's centre.

    Attributes:
        depth: (H, W) float32, metres along the optical axis; 0 where nothing is hit.
        geoms: (H, W) int32, 1 + geom id in the visual model; 0 where nothing is hit.
        normals: (H, W, 3) uint8, unit normals in the camera's frame, coded as in `normals.py`;
            None where they are to follow from depth.
        points: (H, W, 3) what was hit in the camera's frame, metres, where a lens did not look
            through the very centres of the pixels; None where it follows from depth.
    """

    depth: npt.NDArray[np.float32]
    geoms: npt.NDArray[np.int32]
    normals: npt.NDArray[np.uint8] | None = None
    points: npt.NDArray[np.float64] | None = None


class World(Protocol):
    """A scene to draw: a compiled one, or anything that has as much of one."""

    @property
    def model(self) -> Any:
        """The `mujoco.MjModel`, with visual detail."""
        ...

    @property
    def scene(self) -> Scene:
        """Its lights, and what casts shadows."""
        ...

    def asset_of(self, name: str) -> Asset:
        """The asset of an object of the scene."""
        ...


class Renderer(Protocol):
    """Draws a world as it stands: kinematics are done, nothing is stepped."""

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """The picture, (H, W, 3), lit by the lights of `world.scene`.

        Args:
            world: a scene compiled with visual detail.
            data: its `mujoco.MjData`, body and geom poses up to date.
            camera: where from, and how large.
            shadows: whether lights cast shadows.
        """
        ...

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """Depth and geom of each pixel, from the same geometry as the picture.

        Args:
            world: a scene compiled with visual detail.
            data: its `mujoco.MjData`, body and geom poses up to date.
            camera: where from, and how large.
            normals: normals are wanted too; a renderer that has none leaves them out.
        """
        ...
