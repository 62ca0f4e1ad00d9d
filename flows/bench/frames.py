"""Labelled frames per second and core: the whole stage, written to disk.

Scenes of the procedural library, each drawn by two cameras at a number of states. The rate
counts everything from the Scene to files on disk: compiling the visual model, uploading it,
drawing, labelling, encoding, writing. The room-sized scenes are the same table tops in furnished
rooms of 71 things.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ...generators.dataset import dump_models
from ...generators.images import Renderer, Truth, render_scene, renderer
from ...generators.images.view import Rgb, World
from ...scenes.assembly import AssemblyRequest, assemble
from ...scenes.procedural import ProceduralLibrary
from ...schemas import Asset, CameraParams, DatasetSpec, Scene

OBJECTS = ("cabinet.n.01", "mug.n.04", "bowl.n.01", "bottle.n.01")
CLUTTER = 4
ROOMS = ("kitchen", "dining", "office", "workshop")


class Timed:
    """A renderer that adds up the wall time of its calls."""

    def __init__(self, artist: Renderer) -> None:
        """Wrap a renderer."""
        self._artist = artist
        self.seconds = 0.0

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`."""
        start = time.perf_counter()
        image = self._artist.colour(world, data, camera, shadows=shadows)
        self.seconds += time.perf_counter() - start
        return image

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> Truth:
        """See `Renderer`."""
        start = time.perf_counter()
        truth = self._artist.truth(world, data, camera, normals=normals)
        self.seconds += time.perf_counter() - start
        return truth


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `frames`."""
    scenes, states = (2, 12) if small else (6, 40)
    made = [_scene(seed, number) for number in range(scenes + 1)]
    artist = Timed(renderer("mujoco"))
    _measure(made[:1], _spec((256, 256), 1), artist)  # opens the context, decimates the robot
    artist.seconds = 0.0
    spec = _spec((256, 256), states)
    rate, wall = _measure(made[1:], spec, artist)
    raw = artist.seconds
    larger, _ = _measure(made[1:], _spec((640, 480), states), artist)
    rooms = [_scene(seed, number, kind) for number, kind in enumerate(ROOMS[:scenes])]
    furnished, _ = _measure(rooms, spec, artist)
    return {
        "frames_per_second_core_256": round(rate, 2),
        "frames_per_second_core_640x480": round(larger, 2),
        "frames_per_second_core_256_room": round(furnished, 2),
        "stage_over_raw_256": round(wall / raw, 3),
        "labels": list(spec.render.labels),
    }


def _measure(
    scenes: list[tuple[Scene, dict[str, Asset]]], spec: DatasetSpec, artist: Renderer
) -> tuple[float, float]:
    """Frames per second, and seconds in all."""
    frames = 0
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for scene, assets in scenes:
            rendered = render_scene(scene, assets, spec, artist)
            frames += len(rendered.frames)
            _write(Path(folder) / scene.id, rendered.files, dump_models(rendered.frames))
        wall = time.perf_counter() - start
    return frames / wall, wall


def _write(folder: Path, files: dict[str, bytes], records: bytes) -> None:
    for path, raw in {**files, "frames.json": records}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)


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


def _scene(seed: int, number: int, room: str | None = None) -> tuple[Scene, dict[str, Asset]]:
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
