"""Export to parquet files as `datasets` reads them: one row for each labelled frame.

```
README.md, croissant.json               the dataset card, and the same for machines
assets.json                             assets and their licences
data/train-00000-of-00001.parquet       and data/validation-00000-of-00001.parquet
```

A row holds its pictures as bytes, so that a file stands alone. `objects` has a list for each of
its fields, as object detection on the hub has them.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....schemas import DatasetError, FrameRecord, canonical_json
from ...cards import Card, card
from ...dataset import Dataset
from .._croissant import croissant
from .._frames import FrameSurvey
from .features import arrow_schema, features

WHAT = "Each row is a labelled picture of a scene in which a robot has something to do."
COLUMNS = {
    "image": "ImageObject",
    **dict.fromkeys(("frame", "task", "scene", "episode", "camera", "instruction"), "Text"),
    **dict.fromkeys(("step", "width", "height"), "Integer"),
    "depth_scale": "Float",
}
"""Those that Croissant is told of."""
ROWS = 1000
"""Of a file; with pictures of 256 x 256 it has about 50 MB."""
GROUP = 100
"""Rows of a row group, which readers load at once."""
PICTURES = {"image": "rgb", "mask": "seg_instance", "depth": "depth_linear"}
"""The label that a column's pictures are from."""


def write(found: FrameSurvey, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: a file of a frame is missing.
    """
    (out / "data").mkdir(parents=True, exist_ok=True)
    for split, count in (("train", found.train), ("validation", found.held)):
        if count:
            _write_split(found, split, count, out / "data")
    _tell(found, out)


def _tell(found: FrameSurvey, out: Path) -> None:
    """Write the card and the Croissant file."""
    uses, name = found.uses(), found.dataset.spec.name
    splits = {"train": "data/train-*"}
    splits |= {"validation": "data/validation-*"} if found.held else {}
    told = Card(
        categories=("object-detection", "image-segmentation", "depth-estimation"),
        tags=("robotics",),
        rows=found.train + found.held,
        splits=splits,
        what=WHAT,
        load="from datasets import load_dataset\n\ndataset = load_dataset(PATH)",
        sources=tuple(found.dataset.sources()),
    )
    (out / "README.md").write_text(card(found.dataset.spec, uses, told), encoding="utf-8")
    assets = [use.model_dump(mode="json") for use in uses]
    (out / "assets.json").write_text(canonical_json(assets) + "\n", encoding="utf-8")
    licences = [use.licence for use in uses]
    text = croissant(name, WHAT, licences, out, COLUMNS)
    (out / "croissant.json").write_text(text, encoding="utf-8")


def _write_split(found: FrameSurvey, split: str, count: int, folder: Path) -> None:
    """Write the files of one split."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # The order counts: `datasets` takes a feature only where it fits its column exactly.
    told = json.dumps({"info": {"features": features(found.categories)}})
    schema = arrow_schema().with_metadata({"huggingface": told})
    rows, files = _rows(found, split == "validation"), -(-count // ROWS)
    for number in range(files):
        path = folder / f"{split}-{number:05d}-of-{files:05d}.parquet"
        left = min(ROWS, count - number * ROWS)
        with pq.ParquetWriter(path, schema, compression="snappy") as writer:
            for start in range(0, left, GROUP):
                group = [next(rows) for _ in range(min(GROUP, left - start))]
                table: Any = pa.Table.from_pylist(group, schema=schema)
                writer.write_table(table)


def _rows(found: FrameSurvey, held: bool) -> Iterator[dict[str, Any]]:
    numbers = {name: number for number, name in enumerate(found.categories)}
    tasks = {scene.id: str(scene.task) for scene in found.own_scenes()}
    told = found.instructions()
    for frame in found.dataset.frames():
        if (frame.scene in found.validation) == held:
            task = tasks.get(frame.scene, "")
            yield _row(found.dataset, frame, numbers, task, told.get(task, ""))


def _row(
    dataset: Dataset, frame: FrameRecord, numbers: dict[str, int], task: str, instruction: str
) -> dict[str, Any]:
    camera = frame.camera_params
    return {
        **{column: _picture(dataset, frame, label) for column, label in PICTURES.items()},
        "frame": frame.id,
        "task": task,
        "scene": frame.scene,
        "episode": frame.episode,
        "step": frame.step,
        "camera": frame.camera,
        "instruction": instruction,
        "width": camera.width,
        "height": camera.height,
        "depth_scale": frame.depth_scale,
        "camera_matrix": [camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1],
        "distortion": camera.coefficients,
        "world_from_camera": [*camera.pos, *camera.quat],
        "predicates": frame.predicates,
        "objects": _objects(frame, numbers),
    }


def _picture(dataset: Dataset, frame: FrameRecord, label: str) -> dict[str, Any] | None:
    """The bytes of a label's file; None where the frame has none."""
    if label not in frame.files:
        return None
    path = dataset.file(frame.files[label])
    if not path.is_file():
        raise DatasetError(f"{path} is missing")
    return {"bytes": path.read_bytes(), "path": path.name}


def _objects(frame: FrameRecord, numbers: dict[str, int]) -> dict[str, list[Any]]:
    """The visible objects, a list for each field."""
    seen = [thing for thing in frame.objects if thing.visible_pixels]
    return {
        "name": [thing.name for thing in seen],
        "category": [numbers[thing.category] for thing in seen],
        "instance_id": [thing.instance_id for thing in seen],
        "area": [thing.visible_pixels for thing in seen],
        "bbox": [_corner_and_size(thing.bbox_2d_tight) for thing in seen],
        "pose": [None if x.pos is None or x.quat is None else [*x.pos, *x.quat] for x in seen],
    }


def _corner_and_size(box: tuple[int, int, int, int] | None) -> list[float] | None:
    """COCO's box: x, y, width and height, pixels."""
    if box is None:
        return None
    left, top, right, bottom = box
    return [left, top, right - left, bottom - top]
