"""Makes pictures of docs/images: quickstart.jpg from a finished dataset, and rooms.

    python docs/make_images.py out/quickstart
    python docs/make_images.py --furnished
    python docs/make_images.py --observed
    python docs/make_images.py out/table-for-two --tasks --out docs/images/wish-table.jpg

The first draws episodes anew, in rows: their start and end from the first fixed camera, the middle
from the hand, and of the end the instances and the normals. The second draws a room of
each kind, from the two corners that see most things. The third draws a view, what is observed
in it, and the scene built from that. The last shows how each task ended, with its instruction.
"""

from __future__ import annotations

import argparse
import colorsys
import io
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from cousins.flows.bench._observe_scenes import shots
from cousins.generators.dataset import Dataset
from cousins.generators.frames import Rendered, render_episode
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.perception.preview import preview, twin_picture, twin_scene
from cousins.generators.renderers import renderer
from cousins.scenes.core.geometry import look_at, vec3
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.observation.observe import observe
from cousins.scenes.rooms import Kind, furnished_scene
from cousins.schemas import (
    Camera,
    CameraParams,
    DatasetSpec,
    Episode,
    FrameRecord,
    RenderSpec,
    Scene,
)

Picture = npt.NDArray[np.uint8]
TILE = 240
GAP = 4
DRAWN = 2
"""Times as wide as a tile is what it shows."""

CAPTIONED = (264, 198)
"""Width and height of a picture with a caption, pixels; the caption has four lines."""
CAPTION = 74
ACROSS = 5
TASKS = 12
"""On a sheet at most."""
SHEET = 1080
"""Width of the picture of an observed scene, pixels."""
OBSERVED = 4
"""Seed of the scene that it shows."""
VIEW = (600, 450)
"""Width and height of each view of a room."""
SEEN = 20
"""Pixels of a thing that count as seen."""
THINGS = 100
"""In each of the rooms that are shown."""
ROOMS: dict[Kind, int] = {"kitchen": 4, "dining": 3, "office": 4, "workshop": 3}
"""Seed of the room that is shown of each kind."""


def read(drawn: Rendered, frame: FrameRecord, label: str) -> npt.NDArray[Any]:
    """One image of a frame."""
    return np.asarray(Image.open(io.BytesIO(drawn.files[frame.files[label]])))


def picture(drawn: Rendered, frame: FrameRecord) -> Picture:
    """The colours of a frame."""
    return read(drawn, frame, "rgb")


def instances(drawn: Rendered, frame: FrameRecord) -> Picture:
    """The picture in grey under one colour for each object that can be named."""
    mask = read(drawn, frame, "seg_instance")
    grey = picture(drawn, frame).mean(axis=2, keepdims=True)
    supports = {thing.instance_id for thing in frame.objects if thing.name in ("table", "desk")}
    shown: npt.NDArray[Any] = grey.repeat(3, axis=2)
    for place in range(1, int(mask.max()) + 1):
        if place not in supports:
            hue = colorsys.hsv_to_rgb(place * 0.381966 % 1.0, 0.75, 1.0)
            tint = 0.35 * grey + 0.65 * 255 * np.array(hue)
            shown = np.where((mask == place)[..., None], tint, shown)
    painted: Picture = shown.astype(np.uint8)
    return painted


def row(dataset: Dataset, episode: Episode) -> list[Picture]:
    """The tiles of one episode."""
    scene = dataset.scene_of(episode)
    render = RenderSpec(
        backend="mujoco_fine",
        size=(DRAWN * TILE, DRAWN * TILE),
        labels=("rgb", "seg_instance", "normal"),
        videos=False,
    )
    spec = DatasetSpec(name="images", render=render)
    drawn = render_episode(scene, dataset.assets_of(scene), episode, dataset.arrays(episode), spec)
    fixed = [frame for frame in drawn.frames if frame.camera != "wrist"]
    hand = [frame for frame in drawn.frames if frame.camera == "wrist"] or fixed
    last = fixed[-1]
    shown = [picture(drawn, view) for view in (fixed[0], hand[len(hand) // 2], last)]
    return [*shown, instances(drawn, last), read(drawn, last, "normal")]


def collage(rows: list[list[Picture]]) -> Image.Image:
    """Tiles in a grid on white."""
    width, height = len(rows[0]), len(rows)
    size = (width * (TILE + GAP) - GAP, height * (TILE + GAP) - GAP)
    sheet = Image.new("RGB", size, "white")
    for y, line in enumerate(rows):
        for x, tile in enumerate(line):
            small = Image.fromarray(tile).resize((TILE, TILE), Image.Resampling.LANCZOS)
            sheet.paste(small, (x * (TILE + GAP), y * (TILE + GAP)))
    return sheet


def chosen(dataset: Dataset, count: int, names: list[str]) -> list[Episode]:
    """The named episodes, or demonstrations of different tasks with the most skills."""
    episodes = {episode.id: episode for episode in dataset.episodes() if episode.success}
    if names:
        return [episodes[name] for name in names]
    best: dict[str, Episode] = {}
    for episode in episodes.values():
        known = best.get(episode.task)
        if known is None or len(episode.subtasks) > len(known.subtasks):
            best[episode.task] = episode
    return sorted(best.values(), key=lambda e: (-len(e.subtasks), e.id))[:count]


def task_sheet(dataset: Dataset, count: int) -> Image.Image:
    """How the first tasks that were solved ended, with their instructions, in rows of four."""
    done = {episode.task: episode.id for episode in dataset.episodes() if episode.success}
    ends: dict[str, FrameRecord] = {}
    for frame in dataset.frames():
        if frame.episode is not None and (frame.step or 0) > 0:
            ends[frame.episode] = frame
    shown = [task for task in dataset.tasks() if done.get(task.id) in ends][:count]
    width, height = CAPTIONED
    rows = -(-len(shown) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (width + GAP) - GAP, rows * (height + CAPTION)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, task in enumerate(shown):
        x, y = number % ACROSS * (width + GAP), number // ACROSS * (height + CAPTION)
        with Image.open(dataset.file(ends[done[task.id]].files["rgb"])) as tile:
            sheet.paste(tile.resize((width, height), Image.Resampling.LANCZOS), (x, y))
        lines = textwrap.wrap(task.instruction, 42)
        pen.multiline_text((x + 3, y + height + 3), "\n".join(lines[:4]), "black", font)
    return sheet


def room_picture(kind: Kind, seed: int) -> Image.Image:
    """A furnished room from the two corners under its ceiling that see most things."""
    scene, assets = furnished_scene(kind, seed, ProceduralLibrary(), THINGS)
    ready, artist = prepared(scene, assets), renderer("mujoco_fine")
    data = ready.world.new_data()
    views = [camera_params(ready.world, data, corner, VIEW) for corner in corners(scene)]

    def things(view: CameraParams) -> int:
        mask = ready.labeller.instance_mask(artist.truth(ready.world, data, view).geoms)
        pixels = np.bincount(mask.ravel())
        blocked = bool(pixels[1:].max() > mask.size / 6)
        return 0 if blocked else int((pixels >= SEEN).sum())

    best = sorted(views, key=things, reverse=True)[:2]
    tiles = [artist.colour(ready.world, data, view, shadows=True) for view in best]
    sheet = Image.new("RGB", (2 * VIEW[0] + GAP, VIEW[1]), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(Image.fromarray(tile), (place * (VIEW[0] + GAP), 0))
    return sheet


def corners(scene: Scene) -> list[Camera]:
    """A camera in each corner of a room, just below the ceiling."""
    assert scene.room is not None
    low, high = np.array(scene.room.low), np.array(scene.room.high)
    made: list[Camera] = []
    for side in ((0, 0), (0, 1), (1, 0), (1, 1)):
        eye = np.where([*side, 1], high - 0.25, low + 0.25)
        target = (low + high) / 2 * [1.0, 1.0, 0.42]
        made.append(
            Camera(
                name=f"corner-{len(made)}",
                pos=vec3(eye),
                quat=look_at(eye, target),
                fov=66.0,
            )
        )
    return made


def save_rooms(folder: Path) -> None:
    """A picture of each kind of room."""
    for kind, seed in ROOMS.items():
        picture = room_picture(kind, seed)
        picture.save(folder / f"room-{kind}.jpg", quality=86, optimize=True)


def observed_picture(seed: int) -> Image.Image:
    """A view, the boxes that were observed in it, and the twin built from them."""
    library = ProceduralLibrary()
    shot = next(shots(1, seed, library, renderer("mujoco")))
    seen = observe(shot.view, library)
    twin = twin_picture(shot.view, seen, *twin_scene(seen, library))
    sheet = preview(shot.view, seen, twin)
    return sheet.resize(
        (SHEET, round(SHEET * sheet.height / sheet.width)), Image.Resampling.LANCZOS
    )


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--furnished", action="store_true", help="draw rooms instead")
    parser.add_argument("--observed", action="store_true", help="draw an observed scene instead")
    parser.add_argument("--tasks", action="store_true", help="show how each task ended")
    parser.add_argument("episodes", nargs="*", help="ids, such as t0003-e01; else chosen")
    parser.add_argument("--rows", type=int, default=3)
    default = Path(__file__).with_name("images") / "quickstart.jpg"
    parser.add_argument("--out", type=Path, default=default)
    wanted = parser.parse_args()
    if wanted.furnished:
        save_rooms(default.parent)
        return
    if wanted.observed:
        observed_picture(OBSERVED).save(default.with_name("observe.png"), optimize=True)
        return
    if wanted.dataset is None:
        parser.error("name a dataset, or ask for --furnished or --observed")
    dataset = Dataset(wanted.dataset)
    if wanted.tasks:
        task_sheet(dataset, TASKS).save(wanted.out, quality=88, optimize=True)
        return
    found = chosen(dataset, wanted.rows, wanted.episodes)
    if not found:
        raise SystemExit(f"{wanted.dataset} has no demonstrations")
    sheet = collage([row(dataset, episode) for episode in found])
    sheet.save(wanted.out, quality=90, optimize=True)


if __name__ == "__main__":
    main()
