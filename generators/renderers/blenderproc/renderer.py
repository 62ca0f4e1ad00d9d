"""The renderer that asks Blender: one worker process, kept over frames and scenes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams, RenderError, hash_of
from ...images.camera.view import GBuffer, Rgb, World
from ...images.raster.rasteriser import rasteriser
from ...workers.outside.apart.messages import Array, Message
from ...workers.process import (
    WorkerDiedError,
    WorkerFailedError,
    WorkerProcess,
    apart_environment,
)
from ...workers.resources import Resources, resources, unseen
from .environment import DEBIAN, interpreter
from .light import developed, sky, suns, surroundings

RETRIES = 2
"""How often a frame is given to a new process after one died on it."""
FRAMES_KEPT = 1000
"""Frames of a process, after which a new one draws the next scene: what leaks stays bounded."""
NOTHING = 1e9
"""Depth from which on nothing was hit, metres."""
_GL_FROM_CV = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Quality:
    """How long to draw.

    Attributes:
        samples: paths for each pixel, at most.
        noise: Cycles' adaptive threshold: pixels that are cleaner get no further samples. 0 is a
            reference: all get all of them, light bounces twelve times, no sample is clamped, and
            nothing is denoised.
        start_limit: seconds until a new process must be ready.
        frame_limit: seconds until a frame must be done.
        threads: of the process; 0 is one for each core. The picture does not depend on it.
    """

    samples: int = 8
    noise: float = 0.03
    start_limit: float = 300.0
    frame_limit: float = 600.0
    threads: int = 0


@dataclass(frozen=True)
class _Drawn:
    """The last frame, and what it shows."""

    sight: str
    truth: GBuffer


class BlenderRenderer:
    """Draws with Cycles. A frame on which the process dies or hangs is drawn by a new one."""

    def __init__(
        self, quality: Quality | None = None, command: tuple[str, ...] | None = None
    ) -> None:
        """Prepare; the process starts with the first frame.

        Args:
            quality: how long to draw.
            command: what answers; None is Blender.

        Raises:
            BackendMissingError: Blender is not installed.
        """
        self._quality = quality or Quality()
        self._command = command or worker_command(self._quality.threads)
        self._process: WorkerProcess | None = None
        self._model: Any = None
        self._resources: Resources | None = None
        self._loaded = False
        self._drawn = 0
        self._last: _Drawn | None = None

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`.

        Raises:
            RenderError: three processes died on this frame, or Blender refused it.
        """
        return developed(self.light(world, data, camera, shadows=shadows))

    def light(
        self,
        world: World,
        data: Any,
        camera: CameraParams,
        *,
        shadows: bool,
        quality: Quality | None = None,
    ) -> Array:
        """The picture in linear light, (H, W, 3) float32, in which white is 1; else as `colour`.

        Args:
            world: as for `colour`.
            data: as for `colour`.
            camera: as for `colour`.
            shadows: as for `colour`.
            quality: samples and noise in the place of this renderer's.
        """
        return self._draw(world, data, camera, quality or self._quality, shadows)["colour"]

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """See `Renderer`; after `colour` of the same view it costs nothing.

        Cycles' own normals are a mean over each pixel, and smoothed; the rasteriser, which has the
        same triangles, draws those of the pixels' centres.

        Raises:
            RenderError: as for `colour`.
        """
        self._use(world, data)
        if self._last is None or self._last.sight != _sight(data, camera):
            # Each pixel's first path goes through its centre, however many follow.
            self._draw(world, data, camera, replace(self._quality, samples=0), shadows=True)
        assert self._last is not None
        truth = self._last.truth
        if not normals:
            return truth
        facing = rasteriser().truth(world, data, camera, normals=True).normals
        return replace(truth, normals=facing)

    @property
    def process_id(self) -> int | None:
        """Of the worker process; None where none runs."""
        return None if self._process is None else self._process.id

    def close(self) -> None:
        """End the process; the next frame starts another."""
        if self._process is not None:
            self._process.close()
        self._process, self._loaded, self._drawn = None, False, 0

    def _use(self, world: World, data: Any) -> Resources:
        if self._resources is None or self._model is not world.model:
            if self._drawn >= FRAMES_KEPT:
                self.close()
            self._resources = resources(world.model, data)
            self._model, self._loaded, self._last = world.model, False, None
        return self._resources

    def _draw(
        self,
        world: World,
        data: Any,
        camera: CameraParams,
        quality: Quality,
        shadows: bool,
    ) -> dict[str, Array]:
        found = self._use(world, data)
        head = {
            "do": "draw",
            "view": _view(camera),
            "hidden": unseen(found, data, np.asarray(camera.pos)),
            "suns": suns(world.scene, shadows=shadows),
            "sky": sky(world.scene),
            "samples": quality.samples,
            "noise": quality.noise,
        }
        arrays = {"poses": _poses(data)}
        around = surroundings(world.scene)
        if around is not None:
            arrays["sky"] = around
        answer = self._ask(found, Message(head, arrays))
        depth, geoms = answer.arrays["depth"], answer.arrays["geoms"]
        hit = (geoms > 0) & (depth < NOTHING)
        truth = GBuffer(
            depth=np.where(hit, depth, 0).astype(np.float32),
            geoms=np.where(hit, geoms, 0).astype(np.int32),
        )
        self._last = _Drawn(_sight(data, camera), truth)
        return dict(answer.arrays)

    def _ask(self, found: Resources, request: Message) -> Message:
        """The answer, from a new process where one dies."""
        deaths: list[str] = []
        while len(deaths) <= RETRIES:
            try:
                process = self._started()
                if not self._loaded:
                    process.ask(found.message(), self._quality.frame_limit)
                    self._loaded = True
                self._drawn += 1
                return process.ask(request, self._quality.frame_limit)
            except WorkerDiedError as death:
                self.close()
                deaths.append(str(death))
            except WorkerFailedError as failure:
                self.close()
                raise RenderError(f"blenderproc: Blender refused the frame: {failure}") from failure
        raise RenderError(
            f"blenderproc: {len(deaths)} processes died on one frame. The last: {deaths[-1]}\n"
            "Signal 9 often means too little memory: try fewer --workers. Where a library is "
            f"missing: apt-get install {DEBIAN}"
        )

    def _started(self) -> WorkerProcess:
        if self._process is None:
            limit = self._quality.start_limit
            self._process = WorkerProcess(self._command, apart_environment(), limit)
        return self._process


def worker_command(threads: int, *, default: bool = False) -> tuple[str, ...]:
    """The command to start Blender's process.

    Args:
        threads: of the process; 0 is one for each core.
        default: draw with BlenderProc's own defaults, to compare with.

    Raises:
        BackendMissingError: Blender is not installed.
    """
    command = (str(interpreter()), "-m", "apart.blender", str(threads))
    return (*command, "default") if default else command


def _view(camera: CameraParams) -> dict[str, Any]:
    """The parameters of Blender's camera."""
    pose = np.eye(4)
    pose[:3, :3] = rotation(camera.quat) @ _GL_FROM_CV
    pose[:3, 3] = camera.pos
    sizes = {key: getattr(camera, key) for key in ("width", "height", "fx", "fy", "cx", "cy")}
    return {**sizes, "world_from_camera": pose.tolist()}


def _poses(data: Any) -> Array:
    """(ngeom, 3, 4) rows of `world_from_geom`."""
    turns = np.asarray(data.geom_xmat).reshape(-1, 3, 3)
    return np.concatenate([turns, np.asarray(data.geom_xpos)[:, :, None]], axis=2)


def _sight(data: Any, camera: CameraParams) -> str:
    """Names what is seen, whatever the light."""
    return hash_of([_poses(data).tobytes().hex(), camera.model_dump()])
