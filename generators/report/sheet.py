"""A sheet of pictures: a few frames of a dataset in one small image."""

from __future__ import annotations

import io
from pathlib import Path

from ...schemas import FrameRecord
from ..dataset import Dataset, read_models
from ..durable import write_atomic

SIDE = 160
"""Width and height of each picture, pixels."""
COLUMNS, ROWS = 6, 2


def write_sheet(dataset: Dataset, out: Path) -> Path | None:
    """Write a JPEG of frames that are spread over the dataset.

    Args:
        dataset: what is shown; its `rgb` pictures are read.
        out: the file; an older one is replaced.

    Returns:
        The file; None where the dataset has no pictures that can be read.
    """
    from PIL import Image, UnidentifiedImageError

    sheet = Image.new("RGB", (COLUMNS * SIDE, ROWS * SIDE), (245, 245, 245))
    shown = 0
    for name in _names(dataset, COLUMNS * ROWS):
        try:
            with Image.open(dataset.file(name)) as picture:
                small = picture.convert("RGB")
        except UnidentifiedImageError:
            continue
        small.thumbnail((SIDE, SIDE))
        sheet.paste(small, (shown % COLUMNS * SIDE, shown // COLUMNS * SIDE))
        shown += 1
    if not shown:
        return None
    rows = -(-shown // COLUMNS)
    written = io.BytesIO()
    sheet.crop((0, 0, min(shown, COLUMNS) * SIDE, rows * SIDE)).save(written, "JPEG", quality=80)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, written.getvalue())
    return out


def _names(dataset: Dataset, count: int) -> list[str]:
    """The paths of that many pictures, evenly spread over the shards of frames."""
    shards = [record.shard for record in dataset.records("frames") if record.items]
    if not shards:
        return []
    chosen = shards[:: max(1, len(shards) // count)][:count]
    each = -(-count // len(chosen))
    names = list[str]()
    for shard in chosen:
        path = dataset.file(f"data/frames/{shard}/frames.json")
        pictures = [x.files["rgb"] for x in read_models(path, FrameRecord) if "rgb" in x.files]
        names += pictures[:: max(1, len(pictures) // each)][:each]
    return names[:count]
