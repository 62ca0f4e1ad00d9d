"""Export to COCO: every labelled frame as an image, every visible object as an annotation.

```
images/train/<frame>.jpg            the pictures (hard links where the disk allows them)
annotations/instances_train.json    masks as run lengths, boxes, and what else is known
```

and the same in `val`, where scenes are held back. Numbers of images and annotations run through
both files, so that they can be read together. Category ids are the semantic ids of the masks.
Beside COCO's own fields, images carry the frame's id, scene, episode, step, camera, its parameters,
and the swept values; annotations carry the object's name, asset, pose, joints, and amodal box
(unoccluded, clipped).
Where frames have these labels: the corners of the 3D box are COCO's keypoints, eight in every
category, and `segmentation_amodal`, `visible_fraction` and `truncated` tell of whole objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ....schemas import (
    AmodalMasks,
    DatasetError,
    FrameRecord,
    ObjectLabel,
    Scene,
)
from ...dataset import Dataset
from ...images.truth.keypoints import CORNER_EDGES
from ...licences import AssetUse, asset_uses, joined_uses
from ...splits import held_out
from .._coco import SPLITS, CocoSplits, annotations_file, category
from .._coco_earlier import EarlierFile
from .._frames import FrameSurvey, NearbyScenes, survey
from .._growing import CannotGrowError, EarlierExport, refuse_other_split
from .._pictures import instance_mask

STEM = "instances"
_NEEDED = ("rgb", "seg_instance")


def write(found: FrameSurvey, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: a file of a frame is missing or damaged.
    """
    with CocoSplits(found, out, STEM) as files:
        _write(found.dataset, found.dataset, files, _Collected())


def grow(dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
    """As `write`, with the annotations and pictures of an earlier export of the first frames.

    Raises:
        CannotGrowError: the earlier export is damaged, or splits the scenes otherwise.
        DatasetError: as `write`.
    """
    with ExitStack() as stack:
        known: dict[str, EarlierFile] = {}
        before: dict[str, int] = {}
        for split in SPLITS:
            path = earlier.folder / annotations_file(STEM, split)
            if split == "train" or path.is_file():
                known[split] = stack.enter_context(EarlierFile(path))
                before |= known[split].scenes()
        if held_out(before) and "val" not in known:
            raise CannotGrowError(f"{earlier.folder} is damaged: it lacks its file of val")
        added = earlier.added(dataset)
        new = survey(added, "coco", _NEEDED, some=False).scenes
        scenes = {
            name: before.get(name, 0) + new.get(name, 0) for name in sorted({**before, **new})
        }
        refuse_other_split(before, scenes)
        files = stack.enter_context(CocoSplits(FrameSurvey(dataset, scenes, ()), out, STEM))
        collected = _Collected()
        for split, file in known.items():
            files.take_over(split, file)
            earlier.link_all(f"images/{split}", out)
            collected.add(file)
        _write(dataset, added, files, collected)


@dataclass
class _Collected:
    """Data gathered in the pass over the frames for the lists that follow the annotations."""

    annotations: int = 0
    categories: dict[int, str] = field(default_factory=dict[int, str])
    scenes: set[str] = field(default_factory=set[str])
    uses: tuple[AssetUse, ...] = ()
    keypoints: bool = False

    def add(self, file: EarlierFile) -> None:
        self.annotations = max(self.annotations, file.last)
        self.categories |= {item["id"]: item["name"] for item in file.categories}
        self.keypoints |= any("keypoints" in item for item in file.categories)
        self.uses = file.uses


def _write(dataset: Dataset, part: Dataset, files: CocoSplits, collected: _Collected) -> None:
    """Stream the annotations of a part of the frames, then the rest; keys are in order."""
    scenes = NearbyScenes(part)
    for frame in part.frames():
        number = files.add_image(frame)
        for annotation in annotations_of(dataset, frame, scenes.of(frame), number):
            collected.annotations += 1
            files.annotate(frame, {"id": collected.annotations, **annotation})
        collected.scenes.add(frame.scene)
        for label in frame.objects:
            collected.categories[label.semantic_id] = label.category
            collected.keypoints |= label.keypoints is not None
    found = asset_uses(part, (x for x in part.scenes() if x.id in collected.scenes))
    categories = [
        _category(*item, collected.keypoints) for item in sorted(collected.categories.items())
    ]
    files.finish(categories, joined_uses(collected.uses, found))


def _category(number: int, synset: str, keypoints: bool) -> dict[str, Any]:
    made = category(number, synset)
    if not keypoints:
        return made
    # COCO counts a skeleton's points from 1.
    edges = [[a + 1, b + 1] for a, b in CORNER_EDGES]
    return {**made, "keypoints": [f"corner_{n}" for n in range(8)], "skeleton": edges}


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
    for place, label in enumerate(visible):
        planes[place] = columns == label.instance_id
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
