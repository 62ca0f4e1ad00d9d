"""The COCO export, read and judged by pycocotools."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from test_images import object_mesh, spec, world

from cousins.generators.dataset import (
    FORMAT_VERSION,
    Dataset,
    dump_models,
)
from cousins.generators.exports import EXPORTERS
from cousins.generators.frames import render_scene
from cousins.generators.images.camera.cameras import project
from cousins.generators.shards import ShardRecord
from cousins.scenes.core.geometry import rotation
from cousins.schemas import DatasetError, Model, canonical_json


def build(root: Path, seeds: tuple[int, ...] = (21, 22), **render: Any) -> Dataset:
    """A dataset of stills that the renderer made; one task, so one shard of each kind."""
    wanted = spec(**render)
    files: dict[str, bytes] = {}
    frames: list[Model] = []
    scenes: list[Model] = []
    for number, seed in enumerate(seeds):
        scene, assets = world(seed, round_things=True)
        scene = scene.model_copy(update={"task": "task", "id": f"task-s{number}"})
        scenes.append(scene)
        made = render_scene(scene, assets, wanted)
        for path, raw in made.files.items():
            files[f"data/frames/task/{path}"] = raw
        for frame in made.frames:
            paths = {label: f"data/frames/task/{path}" for label, path in frame.files.items()}
            frames.append(frame.model_copy(update={"files": paths}))
        for key, asset in assets.items():
            name = f"data/scenes/task/assets/{key}.json"
            files[name] = asset.canonical_json().encode()
    files["data/scenes/task/scenes.json"] = dump_models(scenes)
    files["data/frames/task/frames.json"] = dump_models(frames)
    files["data/frames/task/videos.json"] = dump_models(())
    saved = {"format": FORMAT_VERSION, "spec": wanted.model_dump(mode="json")}
    files["spec.json"] = canonical_json(saved).encode()
    for stage in ("scenes", "frames"):
        inside = {
            path: hashlib.sha256(raw).hexdigest()
            for path, raw in files.items()
            if path.startswith(f"data/{stage}/")
        }
        record = ShardRecord.model_validate(
            {"stage": stage, "shard": "task", "key": "", "files": inside, "items": 1}
        )
        files[f"manifest/{stage}/task.json"] = record.canonical_json().encode()
    for path, raw in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(raw)
    return Dataset(root)


def quietly(make: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return make()


def whole(out: Path) -> dict[str, Any]:
    """Both splits' files as one, with the folder in the name of each picture."""
    told: dict[str, Any] = {}
    for split in ("train", "val"):
        path = out / "annotations" / f"instances_{split}.json"
        if path.is_file():
            part = json.loads(path.read_text())
            for image in part["images"]:
                image["file_name"] = f"{split}/{image['file_name']}"
            for key in ("images", "annotations"):
                part[key] = told.get(key, []) + part[key]
            told = part
    return told


def read(out: Path) -> Any:
    """Both splits, read by pycocotools."""
    both = quietly(COCO)
    both.dataset = whole(out)
    quietly(both.createIndex)
    return both


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Path, Any]:
    root = tmp_path_factory.mktemp("coco")
    dataset = build(root / "dataset")
    out = root / "dataset" / "exports" / "coco"
    EXPORTERS.load("coco").export(dataset, out)
    return dataset, out, read(out)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
def test_masks_and_boxes_are_ours(exported: tuple[Dataset, Path, Any]) -> None:
    dataset, out, coco = exported
    frames = {frame.id: frame for frame in dataset.frames()}
    assert len(coco.imgs) == len(frames) == 4
    for image in coco.imgs.values():
        frame = frames[image["frame"]]
        mask = np.asarray(Image.open(dataset.root / frame.files["seg_instance"]))
        with Image.open(out / "images" / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"]) == mask.shape[::-1]
        found = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
        seen = [label for label in frame.objects if label.visible_pixels]
        assert [a["name"] for a in found] == [label.name for label in seen]
        for annotation, label in zip(found, seen, strict=True):
            assert (coco.annToMask(annotation) == (mask == label.instance_id)).all()
            assert annotation["area"] == label.visible_pixels
            assert annotation["iscrowd"] == 0
            x, y, width, height = annotation["bbox"]
            assert (x, y, x + width, y + height) == label.bbox_2d_tight
            category = coco.cats[annotation["category_id"]]
            assert category["synset"] == label.category


def test_evaluating_it_against_itself_gives_ap_1(exported: tuple[Dataset, Path, Any]) -> None:
    _, _, coco = exported
    results = [
        {key: a[key] for key in ("image_id", "category_id", "segmentation", "bbox")} | {"score": 1}
        for a in coco.anns.values()
    ]
    for kind in ("segm", "bbox"):
        judged = COCOeval(coco, quietly(lambda: coco.loadRes(results)), kind)
        quietly(lambda judge=judged: (judge.evaluate(), judge.accumulate(), judge.summarize()))
        assert judged.stats[0] == pytest.approx(1.0)


def test_poses_project_into_the_amodal_boxes(exported: tuple[Dataset, Path, Any]) -> None:
    dataset, _, coco = exported
    scenes = {scene.id: scene for scene in dataset.scenes()}
    checked = 0
    for annotation in coco.anns.values():
        image = coco.imgs[annotation["image_id"]]
        scene = scenes[image["scene"]]
        if annotation["name"] == "robot":
            assert annotation["asset"] is None
            continue
        item = scene.object(annotation["name"])
        assert annotation["asset"] == item.asset
        placed = item.model_copy(
            update={key: tuple(annotation[key]) for key in ("pos", "quat")}
            | {"joints": annotation["joints"]}
        )
        points = object_mesh(placed, dataset.assets_of(scene)[item.asset_hash]).vertices
        camera = next(f for f in dataset.frames() if f.id == image["frame"]).camera_params
        seen = (points - camera.pos) @ rotation(camera.quat)
        if (seen[:, 2] < 0.02).any():
            continue
        pixels = np.clip(project(camera, seen), 0, [camera.width, camera.height])
        x, y, width, height = annotation["bbox_amodal"]
        assert (pixels >= np.array([x, y]) - 0.5).all()
        assert (pixels <= np.array([x + width, y + height]) + 0.5).all()
        tight = annotation["bbox"]
        assert tight[0] >= x - 1
        assert tight[1] >= y - 1
        assert tight[0] + tight[2] <= x + width + 1
        assert tight[1] + tight[3] <= y + height + 1
        checked += 1
    assert checked > 8


def test_licences_and_sources_follow(exported: tuple[Dataset, Path, Any]) -> None:
    _, out, _ = exported
    saved = json.loads((out / "annotations" / "instances_val.json").read_text())
    assert saved["licenses"] == [{"id": 1, "name": "CC0-1.0"}]
    assert {use["id"] for use in saved["info"]["assets"]} >= {"table", "brick", "ball"}
    assert list(saved) == sorted(saved)


def test_splits_are_by_scene_and_their_numbers_run_through_both(
    exported: tuple[Dataset, Path, Any],
) -> None:
    dataset, out, _ = exported
    files = [str(out / f"annotations/instances_{split}.json") for split in ("train", "val")]
    train, val = (quietly(lambda path=path: COCO(path)) for path in files)
    assert {image["scene"] for image in train.imgs.values()} == {"task-s0"}
    assert {image["scene"] for image in val.imgs.values()} == {"task-s1"}
    assert sorted([*train.imgs, *val.imgs]) == [1, 2, 3, 4]
    marks = [*train.anns, *val.anns]
    assert sorted(marks) == list(range(1, len(marks) + 1))
    assert train.cats == val.cats
    assert {x["category_id"] for x in val.anns.values()} <= {*val.cats}
    for split, part in (("train", train), ("val", val)):
        names = {image["file_name"] for image in part.imgs.values()}
        assert names == {path.name for path in (out / "images" / split).iterdir()}
        assert {x["image_id"] for x in part.anns.values()} <= {*part.imgs}
    assert len(list(dataset.frames())) == 4


def test_one_scene_alone_is_to_train_with(tmp_path: Path) -> None:
    EXPORTERS.load("coco").export(build(tmp_path / "set", seeds=(23,)), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out/annotations").iterdir()] == [
        "instances_train.json"
    ]
    assert [path.name for path in (tmp_path / "out/images").iterdir()] == ["train"]


def test_same_dataset_same_bytes(exported: tuple[Dataset, Path, Any], tmp_path: Path) -> None:
    dataset, out, _ = exported
    EXPORTERS.load("coco").export(dataset, tmp_path / "again")

    def hashes(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    assert hashes(out) == hashes(tmp_path / "again")


def test_frames_without_masks_are_refused(tmp_path: Path) -> None:
    dataset = build(tmp_path / "dataset", seeds=(23,), labels=("rgb", "bbox_2d_tight"))
    with pytest.raises(DatasetError, match=r"no seg_instance.*render\.labels"):
        EXPORTERS.load("coco").export(dataset, tmp_path / "out")


def test_a_folder_in_use_is_refused(exported: tuple[Dataset, Path, Any]) -> None:
    dataset, out, _ = exported
    with pytest.raises(DatasetError, match="not empty"):
        EXPORTERS.load("coco").export(dataset, out)
