"""Where cameras stand, and what they see while their shutters are open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.layout.camera_paths import STILLS_SECONDS, along, share_at, view_shares
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Camera
from ..camera.cameras import camera_params
from ..camera.motion import At
from . import Value

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StillView:
    """One view of a still scene.

    Attributes:
        camera: as it stands.
        moving: with its path.
        share: of the path that lies behind it.
        values: the path of that share, and the share; empty for a camera that stands.
        tag: what its frame's id ends in, if it moves.
    """

    camera: Camera
    moving: Camera
    share: float = 0.0
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    tag: tuple[str, ...] = ()

    def at(self, world: CompiledScene, data: Any, size: tuple[int, int]) -> At | None:
        """The view at each moment while the shutter is open; None where nothing moves."""
        path = self.moving.path
        if path is None or not self.camera.lens.shutter:
            return None
        lasts = path.seconds or STILLS_SECONDS

        def moment(later: float) -> tuple[Any, Any]:
            share = share_at(path, self.share * lasts + later, lasts)
            return data, camera_params(world, data, along(self.moving, share), size)

        return moment


def views(camera: Camera) -> Iterator[StillView]:
    """The views of a still scene that a camera takes: one, or those along its path."""
    if camera.path is None:
        yield StillView(camera, camera)
        return
    for number, share in enumerate(view_shares(camera.path)):
        values: dict[str, Value] = {f"camera.{camera.name}.path": share}
        yield StillView(along(camera, share), camera, share, values, (f"p{number:03d}",))


class Showing:
    """An episode as cameras see it, which may move: its states, and what lies between them."""

    def __init__(
        self, world: CompiledScene, qpos: Array, hz: float, steps: int, size: tuple[int, int]
    ) -> None:
        """Take an episode.

        Args:
            world: its scene, compiled with visual detail.
            qpos: (T, nq) states.
            hz: states per second.
            steps: actions; a path that does not say lasts as long as they do.
            size: of the pictures, pixels.
        """
        self._world, self._model, self._qpos, self._hz = world, world.model, qpos, hz
        self._lasts, self._size = steps / hz, size
        self._data = world.new_data()
        self._rate = np.zeros(world.model.nv)

    def view(self, camera: Camera, step: int) -> tuple[Camera, At | None]:
        """A camera as it stands at a state, and what it sees while its shutter is open."""
        now = step / self._hz
        if not camera.lens.shutter:
            return self._placed(camera, now), None

        def moment(later: float) -> tuple[Any, Any]:
            data, placed = self.state(now + later), self._placed(camera, now + later)
            return data, camera_params(self._world, data, placed, self._size)

        return self._placed(camera, now), moment

    def state(self, time: float) -> Any:
        """The `mujoco.MjData` at a time in seconds; one object, changed by the next call.

        Joints move evenly between states, and free things turn about one axis.
        """
        last = len(self._qpos) - 1
        place = float(np.clip(time * self._hz, 0.0, last))
        before = min(int(place), max(last - 1, 0))
        self._data.qpos[:] = self._qpos[before]
        share = place - before
        if share > 0:
            after = self._qpos[before + 1]
            mujoco.mj_differentiatePos(self._model, self._rate, 1.0, self._qpos[before], after)
            mujoco.mj_integratePos(self._model, self._data.qpos, self._rate, share)
        mujoco.mj_kinematics(self._model, self._data)
        return self._data

    def _placed(self, camera: Camera, time: float) -> Camera:
        if camera.path is None:
            return camera
        return along(camera, share_at(camera.path, time, self._lasts))
