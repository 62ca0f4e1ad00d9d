"""The seam between labelling and drawing: what a renderer is asked for, and which there are."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from ...schemas import Asset, BackendMissingError, CameraParams, Scene

if TYPE_CHECKING:
    from .raster import MujocoRenderer

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Truth:
    """What each pixel's centre sees.

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
    """What is drawn: a compiled scene, or anything that has as much of one."""

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
    ) -> Truth:
        """Depth and geom of each pixel, from the same geometry as the picture.

        Args:
            world: a scene compiled with visual detail.
            data: its `mujoco.MjData`, body and geom poses up to date.
            camera: where from, and how large.
            normals: normals are wanted too; a renderer that has none leaves them out.
        """
        ...


_local = threading.local()


def renderer(backend: str) -> Renderer:
    """The renderer of that name; this thread keeps it, with its caches.

    Raises:
        BackendMissingError: where it cannot be used here; the message says how to get it.
    """
    check_renderer(backend)
    if backend == "mujoco":
        return rasteriser()
    found: Renderer | None = getattr(_local, "blenderproc", None)
    if found is None:
        from ..blender.renderer import BlenderRenderer

        found = _local.blenderproc = BlenderRenderer()
    return found


def rasteriser() -> MujocoRenderer:
    """This thread's rasteriser, which draws whole objects for every backend.

    Raises:
        RenderError: where EGL is missing.
    """
    found: MujocoRenderer | None = getattr(_local, "mujoco", None)
    if found is None:
        from .raster import MujocoRenderer

        found = _local.mujoco = MujocoRenderer()
    return found


def check_renderer(backend: str) -> None:
    """Refuse a renderer that is not here.

    Raises:
        BackendMissingError: saying what it would need.
    """
    if backend == "mujoco":
        return
    if backend == "blenderproc":
        from ..blender.environment import interpreter

        interpreter()
        return
    hints = {
        "omnigibson": "it needs an RTX machine with OmniGibson and an adapter that this "
        "version does not have",
    }
    hint = hints.get(backend, "there is no such renderer")
    raise BackendMissingError(
        f"render.backend: {backend!r} is not available: {hint}; use `backend: mujoco`"
    )
