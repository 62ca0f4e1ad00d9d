"""Export to COCO panoptic: a PNG of segments for each labelled frame, and what each segment is.

```
images/train/<frame>.jpg                the pictures (hard links where the disk allows them)
annotations/panoptic_train.json         segments_info of each picture, categories with `isthing`
annotations/panoptic_train/<frame>.png  the segment of each pixel, id = R + 256 G + 65536 B
```

and the same in `val`. Every visible object is a segment whose id is its instance id. Floor, walls,
ceiling and pedestal have one segment each, of id 65536 + category id; they are `stuff`, which has
no instances. Where nothing is seen, such as the sky, is 0, COCO's void. Categories are numbered as
in the export `coco`.

Source of the format: COCO, "Data format", 4. Panoptic Segmentation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import FrameRecord
from ...images.encode import png
from ...images.truth.semantics import semantic_id
from .._coco import CocoSplits, category
from .._frames import FrameSurvey, NearbyScenes
from .._pictures import instance_mask
from .._surroundings import STUFF, Surroundings

STUFF_START = 1 << 16
"""Ids of segments of stuff lie above it, those of objects below."""
Json = dict[str, Any]


def write(found: FrameSurvey, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: a file of a frame is missing or damaged.
    """
    scenes = NearbyScenes(found.dataset)
    things: dict[int, str] = {}
    around: tuple[str, Surroundings] | None = None
    with CocoSplits(found, out, "panoptic") as files:
        for frame in found.dataset.frames():
            if around is None or around[0] != frame.scene:
                around = (frame.scene, Surroundings(scenes.of(frame)))
            things |= {thing.semantic_id: thing.category for thing in frame.objects}
            number = files.add_image(frame)
            mask = instance_mask(found.dataset, frame)
            stuff = around[1].semantic_ids(frame.camera_params, mask)
            folder = out / "annotations" / f"panoptic_{files.split(frame)}"
            folder.mkdir(exist_ok=True)
            (folder / f"{frame.id}.png").write_bytes(png(_coloured(mask, stuff)))
            told = {
                "file_name": f"{frame.id}.png",
                "image_id": number,
                "segments_info": [*_things(frame, mask), *_stuff(stuff)],
            }
            files.annotate(frame, told)
        files.finish(_categories(things))


def _categories(things: dict[int, str]) -> list[Json]:
    """Those of objects, then those of surroundings, by number."""
    stuff = {semantic_id(name): name for name in STUFF.values()}
    return [
        {**category(number, name), "isthing": int(number in things)}
        for number, name in sorted({**stuff, **things}.items())
    ]


def _coloured(mask: npt.NDArray[Any], stuff: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """(H, W, 3): ids of segments (H, W) as colours, the lowest byte in red."""
    ids = np.where(stuff > 0, STUFF_START + stuff.astype(np.uint32), mask.astype(np.uint32))
    return np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=-1).astype(np.uint8)


def _things(frame: FrameRecord, mask: npt.NDArray[Any]) -> list[Json]:
    """The segment of each visible object."""
    return [
        {
            **_segment(thing.instance_id, thing.semantic_id, mask == thing.instance_id),
            "name": thing.name,
        }
        for thing in frame.objects
        if thing.visible_pixels
    ]


def _stuff(stuff: npt.NDArray[np.uint16]) -> list[Json]:
    """The segment of each kind of surroundings that is seen."""
    return [
        _segment(STUFF_START + number, number, stuff == number)
        for number in np.unique(stuff).tolist()
        if number
    ]


def _segment(number: int, kind: int, region: npt.NDArray[np.bool_]) -> Json:
    """A segment of at least one pixel; its box is x, y, width, height."""
    rows, columns = (np.flatnonzero(region.any(axis=axis)).tolist() for axis in (1, 0))
    width, height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    return {
        "id": number,
        "category_id": kind,
        "area": int(region.sum()),
        "bbox": [columns[0], rows[0], width, height],
        "iscrowd": 0,
    }
