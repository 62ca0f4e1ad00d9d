"""Export to BOP's scenewise format.

```
camera.json                           of the first picture
meta.json                             ours: assets by obj_id with their licences, what is left out
models/obj_000001.ply                 a model for each asset, millimetres; models_info.json
models/obj_000001.png                 its picture, where it shows one and nothing else
train/000001/                         a folder for each scene; those held back are in val/
  scene_camera.json                   by picture: cam_K, depth_scale, cam_R_w2c, cam_t_w2c
  scene_gt.json, scene_gt_info.json   by picture: poses of its objects, boxes and pixel counts
  rgb/000000.jpg, depth/000000.png    (hard links where the disk allows them)
  mask/000000_000000.png              whole silhouettes; mask_visib/: what is seen of them
```

Objects are those that can be moved and have no joints. A mask is drawn from the model under its
pose, and holds the visible pixels. Pixel centres lie at whole numbers, as in OpenCV.
Source of the format: the BOP toolkit, docs/bop_datasets_format.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ....scenes.core.geometry import rotation
from ....schemas import Asset, CameraParams, DatasetError, FrameRecord, Scene
from ....schemas.base import Quat, Vec3
from ...dataset import Dataset
from .._frames import FrameSurvey, NearbyScenes
from .._pictures import instance_mask, link, read_mask
from .models import MM, ObjectModel, object_model
from .silhouettes import box, inside, silhouette

FOLDERS = ("rgb", "depth", "mask", "mask_visib")
Json = dict[str, Any]


def write(found: FrameSurvey, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: a lens bends its image, labels lack poses, files are missing, or there is
            no object to describe.
    """
    out.mkdir(parents=True, exist_ok=True)
    scenes, models = NearbyScenes(found.dataset), _Models(found.dataset, found.own_scenes())
    numbers = {name: number for number, name in enumerate(found.scenes, start=1)}
    first: CameraParams | None = None
    for name, frames in groupby(found.dataset.frames(), key=lambda frame: frame.scene):
        split = "val" if name in found.validation else "train"
        folder = _Folder(out / split / f"{numbers[name]:06d}", models, scenes.named(name))
        for frame in frames:
            first = first or frame.camera_params
            folder.add(found.dataset, frame)
        folder.finish()
    models.write(out / "models")
    _write_json(out / "meta.json", _meta(found, models))
    _write_json(out / "camera.json", _camera(first, found))


def _camera(first: CameraParams | None, found: FrameSurvey) -> Json:
    if first is None:  # a survey refuses a dataset without frames
        raise DatasetError(f"bop: {found.dataset.root} has no labelled frames to export")
    return {
        "cx": first.cx - 0.5, "cy": first.cy - 0.5, "depth_scale": 0.1,
        "fx": first.fx, "fy": first.fy, "height": first.height, "width": first.width,
    }  # fmt: skip


def _meta(found: FrameSurvey, models: _Models) -> Json:
    return {
        "objects": models.told(),
        "left_out": dict.fromkeys(sorted(models.jointed), "has joints"),
        "assets": [use.model_dump(mode="json") for use in found.uses()],
    }


class _Models:
    """The assets that BOP can describe, numbered from 1 by id and hash."""

    def __init__(self, dataset: Dataset, scenes: Iterable[Scene]) -> None:
        self._assets: dict[str, Asset] = {}
        self._kept: dict[str, ObjectModel] = {}
        self.jointed: set[str] = set()
        for scene in scenes:
            kinds = dataset.assets_of(scene)
            for thing in scene.objects:
                kind = kinds[thing.asset_hash]
                if kind.joints:
                    self.jointed.add(kind.id)
                elif not thing.fixed:
                    self._assets[thing.asset_hash] = kind
        if not self._assets:
            raise DatasetError(
                f"bop: {dataset.root} shows no object that can be moved and has no joints"
            )
        ordered = sorted(self._assets, key=lambda key: (self._assets[key].id, key))
        self.number = {key: number for number, key in enumerate(ordered, start=1)}

    def of(self, key: str) -> ObjectModel:
        """The model of an asset; made once."""
        if key not in self._kept:
            self._kept[key] = object_model(key, self._assets[key])
        return self._kept[key]

    def told(self) -> Json:
        """What each number stands for."""
        kinds = ((str(number), self._assets[key]) for key, number in self.number.items())
        return {number: {"asset": x.id, "category": x.category} for number, x in kinds}

    def write(self, folder: Path) -> None:
        """Write the models and what is said of them."""
        folder.mkdir(parents=True, exist_ok=True)
        info: Json = {}
        for key, number in self.number.items():
            self.of(key).write(folder / f"obj_{number:06d}.ply")
            info[str(number)] = self.of(key).info()
        _write_json(folder / "models_info.json", info)


@dataclass(frozen=True)
class _Thing:
    """An object in a picture: its instance id, its asset's hash, and `world_from_object`."""

    name: str
    instance: int
    key: str
    pos: Vec3
    quat: Quat


class _Folder:
    """The folder of one scene."""

    def __init__(self, root: Path, models: _Models, scene: Scene) -> None:
        self._root, self._models = root, models
        self._keys = {
            thing.name: thing.asset_hash
            for thing in scene.objects
            if not thing.fixed and thing.asset_hash in models.number
        }
        for name in FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        # The frames of a scene follow each other, but for those of further attempts in it.
        self._told: dict[str, Json] = {
            name: _read_json(root / name)
            for name in ("scene_camera.json", "scene_gt.json", "scene_gt_info.json")
        }

    def add(self, dataset: Dataset, frame: FrameRecord) -> None:
        """Write one picture with all that is known of it."""
        if frame.camera_params.bends:
            raise DatasetError(
                f"bop: frame {frame.id}: its lens bends the image, which BOP cannot say; export "
                "frames of a lens without distortion"
            )
        cameras, truths, infos = self._told.values()
        number = len(cameras)
        for folder, label in (("rgb", "rgb"), ("depth", "depth_linear")):
            source = dataset.file(frame.files[label])
            link(source, self._root / folder / f"{number:06d}{source.suffix}")
        mask = instance_mask(dataset, frame)
        depth = read_mask(dataset.file(frame.files["depth_linear"]))
        cameras[str(number)] = _view(frame)
        truths[str(number)], infos[str(number)] = [], []
        for place, thing in enumerate(self._things(frame)):
            kind = self._models.number[thing.key]
            truths[str(number)].append(_pose(frame.camera_params, thing, kind))
            seen, name = mask == thing.instance, f"{number:06d}_{place:06d}.png"
            info = self._silhouette(frame.camera_params, thing, seen, depth, name)
            infos[str(number)].append(info)

    def _things(self, frame: FrameRecord) -> Iterator[_Thing]:
        for label in frame.objects:
            if label.name in self._keys:
                if label.pos is None or label.quat is None:
                    raise DatasetError(
                        f"bop: frame {frame.id}: {label.name} has no pose; render.labels must hold "
                        "poses"
                    )
                key = self._keys[label.name]
                yield _Thing(label.name, label.instance_id, key, label.pos, label.quat)

    def _silhouette(
        self,
        camera: CameraParams,
        thing: _Thing,
        seen: npt.NDArray[np.bool_],
        depth: npt.NDArray[Any],
        name: str,
    ) -> Json:
        """Write both masks of an object; what is said of them."""
        model = self._models.of(thing.key)
        whole = silhouette(model, thing.pos, thing.quat, camera).copy()
        inside(whole)[seen] = True
        mask = inside(whole)
        Image.fromarray(mask.astype(np.uint8) * 255).save(self._root / "mask" / name)
        Image.fromarray(seen.astype(np.uint8) * 255).save(self._root / "mask_visib" / name)
        total, visible = int(whole.sum()), int(seen.sum())
        return {
            "bbox_obj": box(whole, (camera.width, camera.height)),
            "bbox_visib": box(seen),
            "px_count_all": total,
            "px_count_valid": int((mask & (depth > 0)).sum()),
            "px_count_visib": visible,
            "visib_fract": visible / total if total else 0.0,
        }

    def finish(self) -> None:
        """Write the three files."""
        for name, told in self._told.items():
            _write_json(self._root / name, told)


def _view(frame: FrameRecord) -> Json:
    """The camera of a picture, with our ids."""
    camera = frame.camera_params
    turn = rotation(camera.quat).T
    shift = -turn @ np.asarray(camera.pos) * MM
    return {
        "cam_K": [camera.fx, 0.0, camera.cx - 0.5, 0.0, camera.fy, camera.cy - 0.5, 0.0, 0.0, 1.0],
        "cam_R_w2c": turn.reshape(-1).tolist(),
        "cam_t_w2c": shift.tolist(),
        "depth_scale": frame.depth_scale * MM,
        "frame": frame.id, "episode": frame.episode, "step": frame.step, "camera": frame.camera,
    }  # fmt: skip


def _pose(camera: CameraParams, thing: _Thing, number: int) -> Json:
    """`camera_from_model` of an object, with its name."""
    turn = rotation(camera.quat).T
    shift = turn @ (np.asarray(thing.pos) - np.asarray(camera.pos)) * MM
    return {
        "cam_R_m2c": (turn @ rotation(thing.quat)).reshape(-1).tolist(),
        "cam_t_m2c": shift.tolist(),
        "obj_id": number,
        "name": thing.name,
    }


def _read_json(path: Path) -> Json:
    if not path.is_file():
        return {}
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write_json(path: Path, value: Json) -> None:
    """One key per line, as BOP's own files are; keys that are numbers stay in their order."""
    lines = [f"  {json.dumps(key)}: {json.dumps(told)}" for key, told in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
