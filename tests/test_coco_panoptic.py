"""The COCO panoptic export: checked as panopticapi does, and against what the renderer drew."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from datasets import shard_files
from PIL import Image
from test_coco import build
from test_images import world

from cousins.generators.dataset import Dataset
from cousins.generators.exports._surroundings import STUFF, Surroundings
from cousins.generators.exports.coco_panoptic import PLUGIN
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.camera.distortion import Lensed
from cousins.generators.images.truth.semantics import semantic_id
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.model.decor import FIRST_WORDS
from cousins.schemas import DatasetError, Lens, Room

SEEDS = (21, 22, 23)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build(tmp_path_factory.mktemp("panoptic"), SEEDS)


@pytest.fixture(scope="module")
def out(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("panoptic") / "out"
    PLUGIN.export(dataset, folder)
    return folder


def read(out: Path, split: str) -> Any:
    return json.loads((out / f"annotations/panoptic_{split}.json").read_text(encoding="utf-8"))


def segments(out: Path, split: str, annotation: dict[str, Any]) -> npt.NDArray[np.uint32]:
    with Image.open(out / f"annotations/panoptic_{split}" / annotation["file_name"]) as opened:
        assert opened.mode == "RGB"
        colour = np.asarray(opened).astype(np.uint32)
    return colour[..., 0] + 256 * colour[..., 1] + 256 * 256 * colour[..., 2]


@pytest.mark.parametrize("split", ["train", "val"])
def test_each_segment_is_in_the_picture_and_the_file(out: Path, split: str) -> None:
    told = read(out, split)
    kinds = {kind["id"]: kind for kind in told["categories"]}
    images = {image["id"]: image for image in told["images"]}
    assert len(told["annotations"]) == len(images)
    for annotation in told["annotations"]:
        image = images[annotation["image_id"]]
        with Image.open(out / "images" / split / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
        ids = segments(out, split, annotation)
        assert ids.shape == (image["height"], image["width"])
        listed = {segment["id"]: segment for segment in annotation["segments_info"]}
        assert len(listed) == len(annotation["segments_info"])
        assert set(listed) == set(np.unique(ids).tolist()) - {0}
        for number, segment in listed.items():
            rows, columns = np.nonzero(ids == number)
            assert segment["area"] == len(rows)
            x, y, width, height = segment["bbox"]
            assert (x, y) == (columns.min(), rows.min())
            assert (width, height) == (np.ptp(columns) + 1, np.ptp(rows) + 1)
            assert kinds[segment["category_id"]]["isthing"] == (number < 65536)
            assert segment["iscrowd"] == 0
        stuff = [
            x["category_id"] for x in listed.values() if not kinds[x["category_id"]]["isthing"]
        ]
        assert len(stuff) == len(set(stuff)), "one segment of each kind of stuff"


def test_segments_of_things_are_the_instance_masks(dataset: Dataset, out: Path) -> None:
    frames = {frame.id: frame for frame in dataset.frames()}
    seen = 0
    for split in ("train", "val"):
        told = read(out, split)
        named = {image["id"]: image["frame"] for image in told["images"]}
        for annotation in told["annotations"]:
            frame = frames.pop(named[annotation["image_id"]])
            mask = np.asarray(Image.open(dataset.root / frame.files["seg_instance"]))
            ids = segments(out, split, annotation)
            assert np.array_equal(np.where(ids < 65536, ids, 0), mask)
            things = [x for x in annotation["segments_info"] if x["id"] < 65536]
            assert [(x["name"], x["category_id"]) for x in things] == [
                (x.name, x.semantic_id) for x in frame.objects if x.visible_pixels
            ]
            seen += len(things)
    assert not frames
    assert seen > 10


def test_splits_are_by_scene_and_share_their_categories(out: Path) -> None:
    train, val = read(out, "train"), read(out, "val")
    assert {image["scene"] for image in train["images"]} == {"task-s0", "task-s1"}
    assert {image["scene"] for image in val["images"]} == {"task-s2"}
    assert train["categories"] == val["categories"]
    numbers = [image["id"] for told in (train, val) for image in told["images"]]
    assert len(numbers) == len(set(numbers))
    stuff = {kind["name"] for kind in train["categories"] if not kind["isthing"]}
    assert stuff == set(STUFF.values())
    assert list(train) == sorted(train)


ROOM = Room(low=(-1.2, -1.5, 0.0), high=(1.9, 1.4, 2.2))
VIEWS: dict[str, dict[str, Any]] = {
    "endless walls": {},
    "open air": {"walls": False},
    "furnished room": {"room": ROOM},
}


@pytest.mark.parametrize("lens", [Lens(), Lens(distortion=(-0.12, 0.02))], ids=["plain", "bent"])
@pytest.mark.parametrize("update", VIEWS.values(), ids=VIEWS)
def test_surroundings_are_what_the_renderer_draws(update: dict[str, Any], lens: Lens) -> None:
    scene, assets = world(21)
    cameras = tuple(
        camera.model_copy(update={"lens": lens, "fov": 100.0}) for camera in scene.cameras
    )
    scene = scene.model_copy(update={**update, "cameras": cameras})
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    model = ready.world.model
    found: set[int] = set()
    for camera in cameras:
        params = camera_params(ready.world, data, camera, (128, 96))
        geoms = Lensed(renderer("mujoco")).truth(ready.world, data, params).geoms
        mask = ready.labeller.instance_mask(geoms)
        names = ["", *(model.geom(geom).name for geom in range(model.ngeom))]
        stuff = {name: semantic_id(STUFF[name.partition("_")[0]]) for name in names
                 if name.partition("_")[0] in STUFF}  # fmt: skip
        drawn = np.array([stuff.get(name, 0) for name in names])[geoms]
        drawn[mask > 0] = 0
        told = Surroundings(scene).semantic_ids(params, mask)
        # Behind a lens that bends, the renderer looks within a quarter of a pixel of a centre.
        assert (told == drawn).mean() > (0.99 if any(lens.distortion) else 0.9995)
        assert not told[mask > 0].any()
        found |= set(np.unique(told).tolist())
    shown = {name for name in STUFF.values() if semantic_id(name) in found}
    must = {"floor.n.01"} | ({"wall.n.01"} if scene.walls else set[str]())
    may = {"platform.n.01"} | ({"ceiling.n.01"} if scene.room else set[str]())
    may |= {STUFF[word] for word in FIRST_WORDS} if scene.walls else set[str]()
    assert must <= shown <= must | may


def test_pixels_that_were_looked_at_before_are_the_same(dataset: Dataset) -> None:
    scenes = list(dataset.scenes())
    first, second = list(dataset.frames())[:2]
    assert first.camera_params != second.camera_params
    camera = first.camera_params
    nothing = np.zeros((camera.height, camera.width), dtype=np.uint8)
    left = nothing.copy()
    left[:, : camera.width // 2] = 1
    whole = Surroundings(scenes[0]).semantic_ids(camera, nothing)
    again = Surroundings(scenes[0])
    assert np.array_equal(again.semantic_ids(camera, left), np.where(left, 0, whole))
    assert np.array_equal(again.semantic_ids(camera, nothing), whole)
    assert not again.semantic_ids(camera, nothing + 1).any()
    other = again.semantic_ids(second.camera_params, nothing)
    fresh = Surroundings(scenes[0]).semantic_ids(second.camera_params, nothing)
    assert np.array_equal(other, fresh)
    assert not np.array_equal(other, whole)


def test_same_dataset_same_bytes(dataset: Dataset, out: Path, tmp_path: Path) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(out)


def test_one_scene_alone_has_no_val(tmp_path: Path) -> None:
    PLUGIN.export(build(tmp_path / "set", SEEDS[:1]), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["annotations", "images"]
    assert [path.name for path in (tmp_path / "out/images").iterdir()] == ["train"]


def test_frames_without_masks_are_refused(tmp_path: Path) -> None:
    made = build(tmp_path / "set", SEEDS[:1], labels=("rgb",))
    with pytest.raises(DatasetError, match=r"coco_panoptic: frame .* has no seg_instance"):
        PLUGIN.export(made, tmp_path / "out")


@pytest.mark.heavy
def test_panopticapi_itself_judges_it_against_itself(out: Path) -> None:
    if importlib.util.find_spec("panopticapi") is None:
        pytest.skip("panopticapi is not installed: it is on GitHub, not on PyPI")
    reader = (
        "import sys\n"
        "from panopticapi.evaluation import pq_compute\n"
        "found = pq_compute(sys.argv[1], sys.argv[1])\n"
        "assert found['All']['pq'] == found['Things']['pq'] == found['Stuff']['pq'] == 1\n"
    )
    for split in ("train", "val"):
        path = str(out / f"annotations/panoptic_{split}.json")
        done = subprocess.run(
            [sys.executable, "-c", reader, path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
