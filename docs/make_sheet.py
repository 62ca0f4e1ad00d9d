"""Makes the sheet of 24 frames in docs/images: table tops, rooms and states, by their seeds.

    python docs/make_sheet.py --out docs/images/sheet.jpg
    python docs/make_sheet.py --folder out/sheet --backend mujoco_fine --size 640 480

The frames of one seed show the same things from the same places whatever the version, so that two
sheets can be laid side by side. With `--folder` each frame is written there instead.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.assembly.assemble import AssemblyRequest, assemble
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import NO_ROBOT, DatasetSpec

Picture = npt.NDArray[np.uint8]
TILE = (320, 240)
ACROSS = 6
GAP = 3
SEED = 18

TABLE: dict[str, Any] = {
    "scene": {"clutter": {"count": 6}},
    "cameras": [
        {"name": "side", "azimuth": 112, "elevation": 34, "distance": 1.15, "fov": 54},
        {"name": "front", "azimuth": -20, "elevation": 28, "distance": 1.25},
        {"name": "wrist", "mount": "hand", "fov": 70},
    ],
}
THINGS: dict[str, Any] = {
    "robot": NO_ROBOT,
    "scene": {
        "clutter": {"count": 14},
        "light": {"key": {"intensity": 520}, "fill": {"intensity": 160}},
    },
    "cameras": [
        {"name": "front", "azimuth": 25, "distance": 1.5, "elevation": 22},
        {"name": "close", "azimuth": -50, "distance": 0.8, "elevation": 14},
        {"name": "above", "distance": 1.4, "elevation": 72},
    ],
}
STATES: dict[str, Any] = {
    "robot": NO_ROBOT,
    "scene": {
        "objects": [
            {"name": "cabinet", "category": "cabinet.n.01", "joint": {"any": 0.9}},
            {"name": "lamp", "category": "table_lamp.n.01", "joint": {"any_switch": 1}},
            {"name": "radio", "category": "radio_receiver.n.01", "joint": {"any_switch": 1}},
        ],
        "light": {"key": {"intensity": 300}},
    },
    "cameras": [
        {"name": "front", "azimuth": 10, "distance": 1.2, "elevation": 24},
        {"name": "low", "azimuth": -35, "distance": 1.1, "elevation": 10},
    ],
}


def _room(kind: str) -> dict[str, Any]:
    return {
        "robot": NO_ROBOT,
        "scene": {
            "room": {"kind": kind, "objects": 80},
            "clutter": {"count": 4},
            "light": {"key": {"intensity": 420}},
            "ambient": 250,
        },
        "cameras": [
            {
                "name": "room", "look_at": "room", "distance": 4, "azimuth": 200,
                "elevation": 22, "fov": 75,
            },
            {"name": "table", "azimuth": 150, "distance": 1.6, "elevation": 18, "fov": 60},
        ],
    }  # fmt: skip


LOW: dict[str, Any] = {
    **THINGS,
    "scene": {
        "clutter": {"count": 9},
        "ambient": 60,
        "light": {"key": {"intensity": 700, "elevation": 18, "azimuth": 60}},
    },
}
SPECS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("table-0", TABLE),
    ("table-1", TABLE),
    ("things-0", THINGS),
    ("things-1", THINGS),
    ("low", LOW),
    ("states", STATES),
    *((kind, _room(kind)) for kind in ("kitchen", "dining", "office", "workshop")),
)
EXTRA = ("low-above",)
"""Names of the frames that are no part of the sheet."""


def frames(backend: str, size: tuple[int, int]) -> Iterator[tuple[str, Picture]]:
    """The name of each frame, and the picture (H, W, 3)."""
    artist, library = renderer(backend), ProceduralLibrary()
    for number, (name, written) in enumerate(SPECS):
        spec = DatasetSpec.model_validate({"name": name, **written})
        request = AssemblyRequest(
            scene_id=name, task_id=None, spec=spec.scene, roles={}, required={},
            cousins=spec.cousins, cameras=spec.cameras, robot=spec.robot, seed=(SEED, number),
            twin_seed=(SEED,), reached=spec.robot != NO_ROBOT,
        )  # fmt: skip
        scene, assets = assemble(request, library)
        ready = prepared(scene, assets)
        data = ready.world.new_data()
        for camera in scene.cameras:
            view = camera_params(ready.world, data, camera, size)
            shown = artist.colour(ready.world, data, view, shadows=True)
            yield f"{name}-{camera.name}", shown


def sheet(tiles: list[Picture]) -> Image.Image:
    """All tiles in rows."""
    height, width, _ = tiles[0].shape
    rows = -(-len(tiles) // ACROSS)
    made = Image.new("RGB", (ACROSS * (width + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for place, tile in enumerate(tiles):
        corner = (place % ACROSS * (width + GAP), place // ACROSS * (height + GAP))
        made.paste(Image.fromarray(tile), corner)
    return made


def main() -> None:
    """Read the command line and write the frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="mujoco")
    parser.add_argument("--size", type=int, nargs=2, default=TILE)
    parser.add_argument("--folder", type=Path)
    default = Path(__file__).with_name("images") / "sheet.jpg"
    parser.add_argument("--out", type=Path, default=default)
    wanted = parser.parse_args()
    tiles: list[Picture] = []
    for name, tile in frames(wanted.backend, tuple(wanted.size)):
        if wanted.folder is not None:
            wanted.folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(tile).save(wanted.folder / f"{name}.png")
        elif name not in EXTRA:
            tiles.append(tile)
    if wanted.folder is None:
        sheet(tiles).save(wanted.out, quality=82, optimize=True)


if __name__ == "__main__":
    main()
