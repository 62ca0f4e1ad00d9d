"""Where each camera of an episode stood, and what its lens was: columns by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.layout.camera_paths import along, share_at
from ....scenes.model.mujoco_model import CompiledScene, compile_model
from ....schemas import Asset, Camera, CameraParams, DatasetError, Episode, Scene
from ...images.camera.cameras import camera_params

Size = tuple[int, int]
INTRINSICS = ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2")
"""Pixels, then OpenCV's first four coefficients of distortion."""
EXTRINSICS = ("x", "y", "z", "qw", "qx", "qy", "qz")
"""`world_from_camera` in OpenCV's convention: +z looks, +x right, +y down; metres."""


def intrinsics_key(camera: str) -> str:
    """The column of a camera's lens."""
    return f"camera.{camera}.intrinsics"


def extrinsics_key(camera: str) -> str:
    """The column of a camera's pose."""
    return f"camera.{camera}.extrinsics"


class CameraColumns:
    """Describes cameras at every state; the scene compiled last is kept.

    Args:
        sizes: width and height in pixels of the pictures of each camera to describe.
    """

    def __init__(self, sizes: Mapping[str, Size]) -> None:
        """Nothing is compiled yet."""
        self._sizes = sizes
        self._kept: tuple[Scene, CompiledScene] | None = None

    def of(
        self,
        scene: Scene,
        assets: Mapping[str, Asset],
        episode: Episode,
        qpos: npt.NDArray[np.float64],
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Intrinsics (T, 8) and extrinsics (T, 7) of each camera that the scene has.

        Args:
            scene: of the episode.
            assets: by content hash.
            episode: of T actions.
            qpos: (T, nq) states.

        Raises:
            DatasetError: the states do not belong to the scene.
            RenderError: where a camera is fixed to a body that the robot does not have.
        """
        columns: dict[str, npt.NDArray[np.float32]] = {}
        for camera in sorted(scene.cameras, key=lambda each: each.name):
            if camera.name not in self._sizes:
                continue
            compiled = self._compiled(scene, assets)
            params = _over_time(compiled, camera, episode, qpos, self._sizes[camera.name])
            columns[intrinsics_key(camera.name)] = _table(_lens(one) for one in params)
            columns[extrinsics_key(camera.name)] = _table((*one.pos, *one.quat) for one in params)
        return columns

    def _compiled(self, scene: Scene, assets: Mapping[str, Asset]) -> CompiledScene:
        if self._kept is None or self._kept[0] != scene:
            self._kept = scene, compile_model(scene, assets, "physics")
        return self._kept[1]


def _over_time(
    compiled: CompiledScene,
    camera: Camera,
    episode: Episode,
    qpos: npt.NDArray[np.float64],
    size: Size,
) -> list[CameraParams]:
    """The camera at each state."""
    if qpos.shape[1] != compiled.model.nq:
        raise DatasetError(
            f"episode {episode.id}: a state holds {qpos.shape[1]} positions, its scene "
            f"{compiled.scene.id} has {compiled.model.nq}; they do not belong together"
        )
    data, lasts = compiled.new_data(), episode.steps / episode.hz
    if camera.mount is None and camera.path is None:
        return [camera_params(compiled, data, camera, size)] * len(qpos)
    found: list[CameraParams] = []
    for step, state in enumerate(qpos):
        data.qpos[:] = state
        mujoco.mj_kinematics(compiled.model, data)
        placed = camera
        if camera.path is not None:
            placed = along(camera, share_at(camera.path, step / episode.hz, lasts))
        found.append(camera_params(compiled, data, placed, size))
    return found


def _lens(camera: CameraParams) -> tuple[float, ...]:
    return (camera.fx, camera.fy, camera.cx, camera.cy, *camera.coefficients)


def _table(rows: Iterable[tuple[float, ...]]) -> npt.NDArray[np.float32]:
    return np.array(list(rows), dtype=np.float32)
