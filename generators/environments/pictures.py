"""Images and point clouds of a rollout: the pictures that the render stage would draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import rotation
from ...scenes.core.seeds import generator
from ...schemas import Asset, Camera, CameraParams, Scene, SpecError
from ..images.camera.cameras import back_project, camera_params
from ..images.camera.distortion import Lensed
from ..images.camera.photograph import photograph
from ..images.camera.view import Renderer, Rgb
from ..images.truth.worlds import prepared
from .groups import CLOUD_POINTS


def cameras_named(scene: Scene, names: Sequence[str]) -> tuple[Camera, ...]:
    """The scene's cameras of these names, in this order.

    Raises:
        SpecError: the scene has no such camera.
    """
    known = {camera.name: camera for camera in scene.cameras}
    for name in names:
        if name not in known:
            allowed = ", ".join(known) or "none: the spec has no cameras"
            raise SpecError(f"cameras: no camera {name!r}; allowed: {allowed}")
    return tuple(known[name] for name in names)


class Pictures:
    """Draws the states of one scene with some of its cameras.

    Args:
        scene: which one.
        assets: by content hash.
        cameras: names.
        size: width and height, pixels.
        names: of the objects that the points of a cloud are told apart by.
        artist: draws.
        shadows: whether lamps cast shadows.
    """

    def __init__(
        self,
        scene: Scene,
        assets: Mapping[str, Asset],
        cameras: Sequence[str],
        size: tuple[int, int],
        names: Sequence[str],
        artist: Renderer,
        *,
        shadows: bool,
    ) -> None:
        """Compile what is seen."""
        self._cameras = cameras_named(scene, cameras)
        self._scene, self._assets, self._size = scene, assets, size
        self._artist, self._shadows = Lensed(artist), shadows
        ready = prepared(scene, assets)
        self._world, self._labeller = ready.world, ready.labeller
        # The lent data belongs to whoever draws next; this is of our own.
        self._data: Any = self._world.new_data()
        rows = {name: row for row, name in enumerate(names)}
        self._row_of = np.array(
            [-1, *(rows.get(thing.name, -1) for thing in self._labeller.instances)], dtype=np.int8
        )

    def show(self, qpos: npt.NDArray[np.float64]) -> None:
        """Take up a state (nq,) of physics."""
        self._data.qpos[:] = qpos
        mujoco.mj_kinematics(self._world.model, self._data)

    def images(self, step: int) -> dict[str, Rgb]:
        """Each camera's picture, (H, W, 3), by its name; `step` seeds the noise of the sensor."""
        found: dict[str, Rgb] = {}
        for camera in self._cameras:
            rng = generator(self._scene.seed, "sensor", f"{camera.name}-{step}")
            found[camera.name] = photograph(
                self._artist,
                self._world,
                self._data,
                camera,
                self._params(camera),
                shadows=self._shadows,
                rng=rng,
            )
        return found

    def cloud(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int8]]:
        """Points (P, 3) that the cameras see, in the world, metres, and whose each is (P,).

        Rows of `names`, -1 for all else. Up to half of the points are of the named objects,
        which are small in most pictures; each half is spread evenly over its pixels of all
        cameras. Where too little is seen, points are repeated in turn.
        """
        points: list[npt.NDArray[np.float64]] = []
        rows: list[npt.NDArray[np.int8]] = []
        for camera in self._cameras:
            params = self._params(camera)
            truth = self._artist.truth(self._world, self._data, params)
            hit = truth.depth > 0
            seen = back_project(params, truth.depth) if truth.points is None else truth.points
            points.append(seen[hit] @ rotation(params.quat).T + np.asarray(params.pos))
            rows.append(self._row_of[self._labeller.instance_mask(truth.geoms)[hit]])
        every, whose = np.concatenate(points), np.concatenate(rows)
        if not len(every):
            return np.zeros((CLOUD_POINTS, 3), np.float32), np.full(CLOUD_POINTS, -1, np.int8)
        named, other = np.flatnonzero(whose >= 0), np.flatnonzero(whose < 0)
        most = max(CLOUD_POINTS // 2, CLOUD_POINTS - len(other))
        first = _spread(named, most)
        chosen = np.concatenate([first, _spread(other, CLOUD_POINTS - len(first))])
        chosen = chosen[np.arange(CLOUD_POINTS) % len(chosen)]
        return every[chosen].astype(np.float32), whose[chosen]

    def _params(self, camera: Camera) -> CameraParams:
        return camera_params(self._world, self._data, camera, self._size)


def _spread(items: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Up to `count` of the items, evenly spread."""
    if len(items) <= count:
        return items
    return items[np.linspace(0, len(items) - 1, count).astype(np.int64)]
