"""Export to COCO: every labelled frame as an image, every visible object as an annotation.

```
images/<frame>.jpg            the pictures (hard links where the disk allows them)
annotations/instances.json    masks as run lengths, boxes, and what else is known
```

Category ids are the semantic ids of the masks. Beside COCO's own fields, images carry the
frame's id, scene, episode, step, camera, its parameters, and the swept values; annotations
carry the object's name, asset, pose, joints, and amodal box (unoccluded, clipped).
Where frames have these labels: the corners of the 3D box are COCO's keypoints, eight in every
category, and `segmentation_amodal`, `visible_fraction` and `truncated` tell of whole objects.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from ....schemas import (
    AmodalMasks,
    DatasetError,
    FrameRecord,
    ObjectLabel,
    Scene,
    canonical_json,
)
from ...dataset import Dataset
from ...images.truth.keypoints import CORNER_EDGES
from ...licences import AssetUse, asset_uses, joined_uses
from .._coco import SpooledRows, category, image, lines
from .._frames import NearbyScenes
from .._growing import CannotGrowError, EarlierExport
from .._pictures import instance_mask, link

COPIED = 2**22
"""Bytes that are copied at a time."""
_NEEDED = ("rgb", "seg_instance")


FILE = "annotations/instances.json"
_OPENING, _AFTER = b'{"annotations":[', b'],\n"categories":['
_IMAGES, _INFO = b'],\n"images":[\n', b'],\n"info":'
"""What stands around the lists of the file: text in JSON has no line's end."""


def write(dataset: Dataset, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: where there are no frames, or they lack a picture or an instance mask.
    """
    with _opened(out) as (file, collected):
        _write(dataset, dataset, out, file, collected)


def grow(dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
    """As `write`, with the annotations and pictures of an earlier export of the first frames.

    Raises:
        CannotGrowError: the earlier export is damaged.
        DatasetError: as `write`.
    """
    with _opened(out) as (file, collected):
        try:
            _take_over(earlier.folder / FILE, file, collected)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CannotGrowError(f"{earlier.folder / FILE} is damaged: {error}") from error
        earlier.link_all("images", out)
        _write(dataset, earlier.added(dataset), out, file, collected)


@dataclass
class _Collected:
    """Data gathered in the pass over the frames for the lists that follow the annotations."""

    images: SpooledRows
    annotations: int = 0
    categories: dict[int, str] = field(default_factory=dict[int, str])
    scenes: set[str] = field(default_factory=set[str])
    uses: tuple[AssetUse, ...] = ()
    keypoints: bool = False


@contextmanager
def _opened(out: Path) -> Generator[tuple[IO[bytes], _Collected]]:
    (out / "images").mkdir(parents=True)
    (out / "annotations").mkdir()
    with (out / FILE).open("wb") as file, SpooledRows(out) as images:
        file.write(_OPENING)
        yield file, _Collected(images)


def _take_over(path: Path, file: IO[bytes], collected: _Collected) -> None:
    """Copy the annotations of an earlier file, and keep what its other lists say."""
    with path.open("rb") as found, mmap.mmap(found.fileno(), 0, access=mmap.ACCESS_READ) as text:
        after = text.find(_AFTER)
        first, last = text.rfind(_IMAGES), text.rfind(_INFO)
        if not len(_OPENING) <= after < first < last or text[: len(_OPENING)] != _OPENING:
            raise ValueError("its lists are not where they belong")
        told = json.loads(b'{"categories":[' + text[after + len(_AFTER) : first] + b"]}")
        ending = json.loads(b'{"info":' + text[last + len(_INFO) :])
        for start in range(len(_OPENING), after, COPIED):
            file.write(text[start : min(start + COPIED, after)])
        end = text.rfind(b"\n", 0, after)
        if end >= len(_OPENING):
            collected.annotations = int(json.loads(text[end:after])["id"])
        rows = text[first + len(_IMAGES) : last]
        collected.images.add(rows, rows.count(b"\n") + 1)
    collected.categories = {item["id"]: item["name"] for item in told["categories"]}
    collected.keypoints = any("keypoints" in item for item in told["categories"])
    collected.uses = tuple(AssetUse.model_validate(use) for use in ending["info"]["assets"])


def _write(
    dataset: Dataset, part: Dataset, out: Path, file: IO[bytes], collected: _Collected
) -> None:
    """Stream the annotations of a part of the frames, then the rest; keys are in order."""
    scenes = NearbyScenes(part)
    for frame in part.frames():
        image_id = collected.images.count + 1
        for annotation in annotations_of(dataset, frame, scenes.of(frame), image_id):
            file.write(b",\n" if collected.annotations else b"\n")
            collected.annotations += 1
            file.write(canonical_json({"id": collected.annotations, **annotation}).encode())
        described = _image(dataset, frame, image_id, out)
        collected.images.add(canonical_json(described).encode())
        collected.scenes.add(frame.scene)
        for label in frame.objects:
            collected.categories[label.semantic_id] = label.category
            collected.keypoints |= label.keypoints is not None
    if not collected.images.count:
        raise DatasetError(f"{dataset.root} has no labelled frames to export")
    found = asset_uses(part, (x for x in part.scenes() if x.id in collected.scenes))
    uses = joined_uses(collected.uses, found)
    names = sorted({use.licence for use in uses})
    info = {
        "assets": [use.model_dump(mode="json") for use in uses],
        "description": dataset.spec.name,
    }
    licences = [{"id": place, "name": name} for place, name in enumerate(names, start=1)]
    categories = [
        _category(*item, collected.keypoints) for item in sorted(collected.categories.items())
    ]
    file.write(f'],\n"categories":{lines(map(canonical_json, categories))}'.encode())
    file.write(b',\n"images":[\n')
    file.writelines(rows.encode() for rows in collected.images.parts())
    file.write(f'],\n"info":{canonical_json(info)}'.encode())
    file.write(f',\n"licenses":{lines(map(canonical_json, licences))}}}\n'.encode())


def _category(number: int, synset: str, keypoints: bool) -> dict[str, Any]:
    made = category(number, synset)
    if not keypoints:
        return made
    # COCO counts a skeleton's points from 1.
    edges = [[a + 1, b + 1] for a, b in CORNER_EDGES]
    return {**made, "keypoints": [f"corner_{n}" for n in range(8)], "skeleton": edges}


def _image(dataset: Dataset, frame: FrameRecord, image_id: int, out: Path) -> dict[str, Any]:
    """Place the picture and describe it."""
    source = dataset.file(frame.files["rgb"])
    name = f"{frame.id}{source.suffix}"
    link(source, out / "images" / name)
    return image(frame, image_id, name)


def annotations_of(
    dataset: Dataset, frame: FrameRecord, scene: Scene | None, image_id: int
) -> Iterator[dict[str, Any]]:
    """The COCO annotation of each visible object of a frame; ids of annotations are left out.

    Raises:
        DatasetError: where the frame has no picture or no instance mask.
    """
    from pycocotools import mask as coco_mask

    missing = [label for label in _NEEDED if label not in frame.files]
    if missing:
        raise DatasetError(
            f"frame {frame.id} has no {' and no '.join(missing)}; the COCO export needs "
            f"render.labels to hold {', '.join(_NEEDED)}"
        )
    mask = instance_mask(dataset, frame)
    whole = _read_amodal(dataset, frame)
    visible = [label for label in frame.objects if label.visible_pixels]
    # pycocotools reads planes column by column: compared in that order, none is turned round.
    columns, planes = mask.T.copy(), np.empty((len(visible), *mask.T.shape), dtype=np.uint8)
    for plane, label in zip(planes, visible, strict=True):
        np.equal(columns, label.instance_id, out=plane.view(np.bool_))
    runs: Any = coco_mask.encode(planes.T)
    areas: Any = coco_mask.area(runs)
    boxes: Any = coco_mask.toBbox(runs)
    assets = {} if scene is None else {item.name: item for item in scene.objects}
    for label, run, area, box in zip(visible, runs, areas, boxes, strict=True):
        item = assets.get(label.name)
        yield {
            "image_id": image_id,
            "category_id": label.semantic_id,
            "segmentation": {"size": run["size"], "counts": run["counts"].decode("ascii")},
            "area": int(area),
            "bbox": [int(value) for value in box],
            "iscrowd": 0,
            "asset": None if item is None else item.asset,
            **_extra(label),
            **_keypoints(label),
            **_whole(label, whole),
        }


def _extra(label: ObjectLabel) -> dict[str, Any]:
    loose = label.bbox_2d_loose
    amodal = None if loose is None else [*loose[:2], loose[2] - loose[0], loose[3] - loose[1]]
    box = None if label.bbox_3d is None else label.bbox_3d.model_dump(mode="json")
    return {
        "name": label.name,
        "instance_id": label.instance_id,
        "bbox_amodal": amodal,
        "bbox_3d": box,
        "pos": label.pos,
        "quat": label.quat,
        "joints": label.joints,
    }


def _keypoints(label: ObjectLabel) -> dict[str, Any]:
    """The corners of the 3D box: x, y and visibility; COCO has zeros for what is out of view."""
    if label.keypoints is None:
        return {}
    flat: list[float] = []
    for point in label.keypoints:
        if point.kind == "corner":
            shown = point.pixel is not None and point.visibility > 0
            flat += [*(point.pixel or (0, 0)), point.visibility] if shown else [0, 0, 0]
    return {"keypoints": flat, "num_keypoints": sum(v > 0 for v in flat[2::3])}


def _whole(label: ObjectLabel, masks: AmodalMasks | None) -> dict[str, Any]:
    """The fields about the whole object, hidden parts included."""
    found: dict[str, Any] = {}
    if label.visible_fraction is not None:
        found |= {"visible_fraction": label.visible_fraction, "truncated": label.truncated}
    if masks is not None and label.instance_id in masks.counts:
        run = {"size": list(masks.size), "counts": masks.counts[label.instance_id]}
        found["segmentation_amodal"] = run
    return found


def _read_amodal(dataset: Dataset, frame: FrameRecord) -> AmodalMasks | None:
    if "seg_amodal" not in frame.files:
        return None
    path = dataset.file(frame.files["seg_amodal"])
    try:
        return AmodalMasks.from_json(path.read_bytes(), source=str(path))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
