"""Labelled frames per second and core: the whole stage, written to disk.

Scenes of the procedural library, each drawn by two cameras at a number of states. The rate
counts everything from the Scene to files on disk: compiling the visual model, uploading it,
drawing, labelling, encoding, hashing, writing. What the renderer's calls take is measured on the
same calls, made once more with nothing else running: within the stage, labelling goes on beside
them. The room-sized scenes are the same table tops in furnished rooms of 71 things.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ...generators.dataset import dump_models
from ...generators.frames import GBuffer, Renderer, render_scene, renderer
from ...generators.images.camera.view import Rgb, World
from ...generators.images.raster.passes import MujocoRenderer
from ...generators.store.staging import ShardWriter
from ...scenes.assembly.assemble import AssemblyRequest, assemble
from ...scenes.libraries.procedural import ProceduralLibrary
from ...schemas import Asset, CameraParams, DatasetSpec, Scene

OBJECTS = ("cabinet.n.01", "mug.n.04", "bowl.n.01", "bottle.n.01")
CLUTTER = 4
ROOMS = ("kitchen", "dining", "office", "workshop")


@dataclass(frozen=True)
class _Call:
    """One call of the renderer, to be made again."""

    world: World
    qpos: npt.NDArray[np.float64]
    camera: CameraParams
    picture: bool
    flag: bool


class Recorded:
    """A renderer that remembers what it was asked for."""

    def __init__(self, artist: Renderer) -> None:
        """Wrap a renderer."""
        self._artist = artist
        self._calls: list[_Call] = []

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`."""
        self._calls.append(_Call(world, np.array(data.qpos), camera, True, shadows))
        return self._artist.colour(world, data, camera, shadows=shadows)

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """See `Renderer`."""
        self._calls.append(_Call(world, np.array(data.qpos), camera, False, normals))
        return self._artist.truth(world, data, camera, normals=normals)

    def again(self, artist: Renderer) -> Seconds:
        """Make the same calls alone, with a renderer that has not seen these worlds."""
        import mujoco

        spent, states = Seconds(), dict[int, Any]()
        for call in self._calls:
            model = call.world.model
            if id(model) not in states:
                states[id(model)] = mujoco.MjData(model)
            data = states[id(model)]
            data.qpos[:] = call.qpos
            mujoco.mj_kinematics(model, data)
            watch = Seconds.now()
            if call.picture:
                artist.colour(call.world, data, call.camera, shadows=call.flag)
            else:
                artist.truth(call.world, data, call.camera, normals=call.flag)
            spent = spent.plus(Seconds.now().minus(watch))
        self._calls.clear()
        return spent


@dataclass(frozen=True)
class Seconds:
    """Wall time, and CPU time of all threads of this process."""

    wall: float = 0.0
    cpu: float = 0.0

    @classmethod
    def now(cls) -> Self:
        """The readings of both clocks."""
        return cls(time.perf_counter(), time.process_time())

    def plus(self, other: Seconds) -> Seconds:
        """Both together."""
        return Seconds(self.wall + other.wall, self.cpu + other.cpu)

    def minus(self, other: Seconds) -> Seconds:
        """These times less those of the other."""
        return Seconds(self.wall - other.wall, self.cpu - other.cpu)


@dataclass(frozen=True)
class _Cost:
    """Frames that were made, what the stage took, and the renderer's calls alone."""

    frames: int
    stage: Seconds
    raw: Seconds


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `frames`."""
    scenes, states = (2, 12) if small else (6, 40)
    made = [table_scene(seed, number) for number in range(scenes + 1)]
    rooms = [table_scene(seed, number, kind) for number, kind in enumerate(ROOMS[:scenes])]
    artist, alone = Recorded(renderer("mujoco")), MujocoRenderer()
    _measure(made[:1], _spec((256, 256), 1), artist, alone)  # opens contexts, decimates the robot
    spec = _spec((256, 256), states)
    costs = {
        "256": _measure(made[1:], spec, artist, alone),
        "256_normal": _measure(made[1:], _with_normals(spec), artist, alone),
        "640x480": _measure(made[1:], _spec((640, 480), states), artist, alone),
        "256_room": _measure(rooms, spec, artist, alone),
    }
    found: dict[str, Any] = {}
    for name, cost in costs.items():
        found[f"frames_per_second_core_{name}"] = round(cost.frames / cost.stage.wall, 2)
        found[f"frames_per_cpu_second_{name}"] = round(cost.frames / cost.stage.cpu, 2)
        found[f"stage_over_raw_{name}"] = round(cost.stage.wall / cost.raw.wall, 3)
        found[f"stage_over_raw_cpu_{name}"] = round(cost.stage.cpu / cost.raw.cpu, 3)
    return {**found, "labels": list(spec.render.labels)}


def _with_normals(spec: DatasetSpec) -> DatasetSpec:
    labels = (*spec.render.labels, "normal")
    return spec.model_copy(update={"render": spec.render.model_copy(update={"labels": labels})})


def _measure(
    scenes: list[tuple[Scene, dict[str, Asset]]],
    spec: DatasetSpec,
    artist: Recorded,
    alone: Renderer,
) -> _Cost:
    """Make the frames of each scene, then the renderer's calls of it alone."""
    frames, stage, raw = 0, Seconds(), Seconds()
    with tempfile.TemporaryDirectory() as folder:
        for scene, assets in scenes:
            watch = Seconds.now()
            writer = ShardWriter.create(Path(folder), "frames", scene.id)
            rendered = render_scene(scene, assets, spec, artist, writer.add)
            frames += len(rendered.frames)
            writer.add("frames.json", dump_models(rendered.frames))
            stage = stage.plus(Seconds.now().minus(watch))
            raw = raw.plus(artist.again(alone))
    return _Cost(frames, stage, raw)


def _spec(size: tuple[int, int], states: int, room: str | None = None) -> DatasetSpec:
    """Every state is another heading of the mug."""
    yaw = [360.0 * number / states for number in range(states)]
    return DatasetSpec.model_validate(
        {
            "name": "bench-frames",
            "scene": {
                "objects": [{"name": c.partition(".")[0], "category": c} for c in OBJECTS],
                "clutter": {"count": CLUTTER},
                "room": None if room is None else {"kind": room},
            },
            "render": {"size": size, "vary": {"object.mug.pose.yaw": {"sweep": yaw}}},
        }
    )


def table_scene(seed: int, number: int, room: str | None = None) -> tuple[Scene, dict[str, Asset]]:
    """Nine things on a table, alone or in a furnished room, by seed and number."""
    spec = _spec((256, 256), 1, room)
    request = AssemblyRequest(
        scene_id=f"bench-{room or 'table'}-{number}",
        task_id=None,
        spec=spec.scene,
        roles={},
        required={},
        cousins=spec.cousins,
        cameras=spec.cameras,
        robot=spec.robot,
        seed=(seed, number),
        twin_seed=(seed,),
    )
    return assemble(request, ProceduralLibrary())
