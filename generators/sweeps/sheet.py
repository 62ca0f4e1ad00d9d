"""A sweep as a contact sheet or as a GIF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...schemas import DatasetError, FrameRecord, SpecError
from ..dataset import Dataset
from .axis import Axis, Value
from .pictures import VIEWS, view

GAP, CAPTION = 4, 20
COLUMNS = 6
COLOURS = 128
"""Of a GIF's palette."""
BAR = 3
"""Height of the bar that shows how far along the axis an animation is, pixels."""
SECONDS = 3.0
"""That a GIF takes to go through its values."""


def write_sheet(
    dataset: Dataset,
    axis: Axis,
    out: Path,
    *,
    views: tuple[str, ...] = ("rgb",),
    scene: str | None = None,
    camera: str | None = None,
    side: int = 256,
) -> int:
    """Write the pictures of one scene and camera along an axis; gives how many values it shows.

    Args:
        dataset: with pictures.
        axis: of it.
        out: `.png` or `.jpg` for a sheet with a row of values per view, `.gif` for an animation.
        views: any of rgb, overlay, depth and normal.
        scene: the first one if None.
        camera: the first one if None.
        side: longer side of each picture, pixels.

    Raises:
        SpecError: where a view, scene, camera or the ending of `out` is unknown.
        DatasetError: where frames lack what a view takes.
    """
    unknown = [name for name in views if name not in VIEWS]
    if unknown:
        raise SpecError(f"no view {unknown[0]!r}; there are {', '.join(VIEWS)}")
    if out.suffix not in (".png", ".jpg", ".gif"):
        raise SpecError(f"{out}: a sweep is shown as .png, .jpg or .gif")
    chosen = _chosen(axis, scene, camera)
    tiles = [[_tile(dataset, frame, name, side) for _, frame in chosen] for name in views]
    captions = [f"{_text(value)}" for value, _ in chosen]
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".gif":
        columns = list(zip(*tiles, strict=True))
        texts = [f"{axis.path}  {text}" for text in captions]
        places = np.linspace(0.0, 1.0, len(columns)).tolist()
        _animate(list(map(_beside, columns, texts, places)), out)
    else:
        _sheet(tiles, captions, axis.path).save(out)
    return len(chosen)


def _chosen(axis: Axis, scene: str | None, camera: str | None) -> list[tuple[Value, FrameRecord]]:
    """The first frame of each value, of one scene and camera."""
    every = [
        (value, frame)
        for value, frames in zip(axis.values, axis.frames, strict=True)
        for _, frame in frames
    ]
    scenes = list(dict.fromkeys(frame.scene for _, frame in every))
    cameras = list(dict.fromkeys(frame.camera for _, frame in every))
    for word, wanted, known in (("scene", scene, scenes), ("camera", camera, cameras)):
        if wanted is not None and wanted not in known:
            raise SpecError(f"no {word} {wanted!r} along {axis.path}; there are {', '.join(known)}")
    pair = (scene or scenes[0], camera or cameras[0])
    found: dict[Value, FrameRecord] = {}
    for value, frame in every:
        if (frame.scene, frame.camera) == pair:
            found.setdefault(value, frame)
    if not found:
        raise DatasetError(f"camera {pair[1]!r} has no frame of {pair[0]!r} along {axis.path}")
    return list(found.items())


def _tile(dataset: Dataset, frame: FrameRecord, name: str, side: int) -> Image.Image:
    picture = Image.fromarray(view(dataset, frame, name))
    scale = side / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    return picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)


def _text(value: Value) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def _sheet(tiles: list[list[Image.Image]], captions: list[str], title: str) -> Image.Image:
    """Rows of at most COLUMNS values, each with all views below each other."""
    width, height = tiles[0][0].size
    count, kinds = len(captions), len(tiles)
    columns = min(count, COLUMNS)
    bands = -(-count // columns)
    band = CAPTION + kinds * (height + GAP)
    made = Image.new("RGB", (columns * (width + GAP) - GAP, CAPTION + bands * band - GAP), "white")
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(13)
    pen.text((2, 2), title, fill="black", font=font)
    for number, text in enumerate(captions):
        left = (number % columns) * (width + GAP)
        top = CAPTION + (number // columns) * band
        pen.text((left + 2, top + 2), text, fill="black", font=font)
        for kind in range(kinds):
            made.paste(tiles[kind][number], (left, top + CAPTION + kind * (height + GAP)))
    return made


def _beside(column: tuple[Image.Image, ...], text: str, place: float) -> Image.Image:
    """The views of one value in a row; in a strip below, the value and how far along it lies."""
    width, height = column[0].size
    made = Image.new("RGB", (len(column) * (width + GAP) - GAP, height + CAPTION), "white")
    for number, tile in enumerate(column):
        made.paste(tile, (number * (width + GAP), 0))
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, height, round(place * (made.width - 1)), height + BAR - 1), fill="#5a7d9a")
    pen.text((4, height + BAR), text, fill="black", font=ImageFont.load_default(13))
    return made


def _animate(frames: list[Image.Image], out: Path) -> None:
    """Again and again, in one palette for all frames so that nothing flickers."""
    strip = Image.fromarray(np.concatenate([np.asarray(frame) for frame in frames]))
    palette = strip.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=1)
    plain = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    pause = max(round(1000 * SECONDS / len(frames)), 40)
    plain[0].save(
        out, save_all=True, append_images=plain[1:], duration=pause, loop=0, optimize=False
    )
