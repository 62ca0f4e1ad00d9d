"""Export to COCO keypoints: for each category its points and skeleton, for each object where.

```
images/train/<frame>.jpg          the pictures (hard links where the disk allows them)
annotations/keypoints_train.json  keypoints and num_keypoints of every visible object, its mask
```

and the same in `val`. A category's points are those of all its objects: the corners of the 3D box,
then grasps, handles and openings by name; an object that lacks one has zeros for it. Each is x, y
and 0 (not there, or out of view), 1 (hidden) or 2 (seen), as in COCO. The skeleton is the edges of
the box. Masks, boxes and what else is known are as in the export `coco`.

Source of the format: COCO, "Data format", 2. Keypoint Detection.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....schemas import ObjectLabel
from ...dataset import Dataset
from ...images.truth.keypoints import CORNER_EDGES
from .._coco import CocoSplits, category
from .._frames import FrameSurvey, NearbyScenes
from ..coco.writing import annotations_of

KINDS = ("corner", "grasp", "handle", "opening")
"""Of keypoints, in their order."""
Json = dict[str, Any]


def write(found: FrameSurvey, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: a file of a frame is missing or damaged.
    """
    named = _points_by_category(found.dataset)
    scenes = NearbyScenes(found.dataset)
    count = 0
    with CocoSplits(found, out, "keypoints") as files:
        for frame in found.dataset.frames():
            number = files.add_image(frame)
            labels = {label.instance_id: label for label in frame.objects}
            for annotation in annotations_of(found.dataset, frame, scenes.of(frame), number):
                count += 1
                label = labels[annotation["instance_id"]]
                _, points = named[label.semantic_id]
                files.annotate(frame, {"id": count, **annotation, **_flat(label, points)})
        files.finish([_category(number, *which) for number, which in sorted(named.items())])


def _points_by_category(dataset: Dataset) -> dict[int, tuple[str, tuple[str, ...]]]:
    """The name of each category and those of its points, by the category's number."""
    names: dict[int, str] = {}
    seen: dict[int, set[tuple[int, str]]] = {}
    for frame in dataset.frames():
        for label in frame.objects:
            names[label.semantic_id] = label.category
            points = seen.setdefault(label.semantic_id, set())
            points |= {(KINDS.index(p.kind), p.name) for p in label.keypoints or ()}
    return {number: (names[number], tuple(x for _, x in sorted(seen[number]))) for number in seen}


def _category(number: int, name: str, points: tuple[str, ...]) -> Json:
    """A category with its points; a skeleton's ends count from 1."""
    places = {point: place for place, point in enumerate(points, start=1)}
    edges = [
        [places[f"corner_{a}"], places[f"corner_{b}"]]
        for a, b in CORNER_EDGES
        if f"corner_{a}" in places and f"corner_{b}" in places
    ]
    return {**category(number, name), "keypoints": list(points), "skeleton": edges}


def _flat(label: ObjectLabel, names: tuple[str, ...]) -> Json:
    """The points of one object: x, y and visibility of each name in order."""
    points = {point.name: point for point in label.keypoints or ()}
    flat: list[float] = []
    for name in names:
        point = points.get(name)
        if point is None or point.pixel is None or not point.visibility:
            flat += [0, 0, 0]
        else:
            flat += [*point.pixel, point.visibility]
    return {"keypoints": flat, "num_keypoints": sum(seen > 0 for seen in flat[2::3])}
