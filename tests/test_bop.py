"""The BOP export, read with json, Pillow and trimesh: models land on masks under their poses."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeStubs=false
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from PIL import Image
from test_coco import build

from cousins.generators.dataset import Dataset
from cousins.generators.exports.bop import PLUGIN
from cousins.generators.images.truth.amodal import decode_mask
from cousins.schemas import AmodalMasks, DatasetError

LABELS = (
    "rgb", "depth_linear", "seg_instance", "seg_amodal", "visible_fraction", "bbox_2d_tight",
    "poses",
)  # fmt: skip
SEEDS = (21, 22)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build(tmp_path_factory.mktemp("bop") / "set", SEEDS, labels=LABELS)


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bop") / "out"
    PLUGIN.export(dataset, out)
    return out


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def picture(path: Path) -> npt.NDArray[Any]:
    return np.asarray(Image.open(path))


@dataclass(frozen=True)
class Seen:
    """An object in a picture, as the files tell of it."""

    frame: str
    name: str
    depth: npt.NDArray[Any]
    mask: npt.NDArray[Any]
    visible: npt.NDArray[Any]
    points: npt.NDArray[Any]
    pixels: npt.NDArray[Any]
    info: dict[str, Any]


def objects(out: Path) -> Iterator[Seen]:
    """Every object of every picture; its model in the camera's frame (mm), and in pixels."""
    loaded: Any = {int(p.stem[4:]): trimesh.load(p) for p in sorted(out.glob("models/*.ply"))}
    for folder in sorted([*out.glob("train/*"), *out.glob("val/*")]):
        cameras, infos = read(folder / "scene_camera.json"), read(folder / "scene_gt_info.json")
        for image, poses in read(folder / "scene_gt.json").items():
            camera = cameras[image]
            depth = picture(folder / f"depth/{int(image):06d}.png") * camera["depth_scale"]
            matrix = np.reshape(camera["cam_K"], (3, 3))
            for place, (pose, info) in enumerate(zip(poses, infos[image], strict=True)):
                turn = np.reshape(pose["cam_R_m2c"], (3, 3))
                points = np.asarray(loaded[pose["obj_id"]].vertices) @ turn.T + pose["cam_t_m2c"]
                flat = points @ matrix.T
                name = f"{int(image):06d}_{place:06d}.png"
                yield Seen(
                    frame=camera["frame"],
                    name=pose["name"],
                    depth=depth,
                    mask=picture(folder / "mask" / name) > 0,
                    visible=picture(folder / "mask_visib" / name) > 0,
                    points=points,
                    pixels=flat[:, :2] / flat[:, 2:],
                    info=info,
                )


def grown(mask: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A mask with the pixels next to it."""
    rows, columns = mask.shape
    wide = np.pad(mask, 1)
    near = [wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    found: npt.NDArray[Any] = np.any(near, axis=0)
    return found


def test_models_land_on_their_masks(dataset: Dataset, exported: Path) -> None:
    count = 0
    for seen in objects(exported):
        height, width = seen.mask.shape
        whole = np.rint(seen.pixels).astype(int)
        inside = ((whole >= 0) & (whole < [width, height])).all(axis=1)
        columns, rows = whole[inside].T
        assert grown(seen.mask)[rows, columns].mean() > 0.99
        assert not (seen.visible & ~seen.mask).any()
        count += bool(seen.visible.any())
    assert count > 10


def test_depth_is_that_of_the_model(exported: Path) -> None:
    for seen in objects(exported):
        if seen.visible.sum() > 50:
            low, high = seen.points[:, 2].min(), seen.points[:, 2].max()
            found = seen.depth[seen.visible]
            assert low - 1 < found.min() <= found.max() < high + 1  # millimetres


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
def test_masks_are_the_silhouettes_that_the_renderer_drew(dataset: Dataset, exported: Path) -> None:
    frames = {frame.id: frame for frame in dataset.frames()}
    for seen in objects(exported):
        frame = frames[seen.frame]
        drawn = read(dataset.root / frame.files["seg_amodal"])
        (thing,) = [x for x in frame.objects if x.name == seen.name]
        if str(thing.instance_id) not in drawn["counts"]:
            assert seen.mask.sum() < 30
            continue
        whole = decode_mask(AmodalMasks.model_validate(drawn), thing.instance_id)
        assert not (seen.mask & ~grown(whole)).any()
        assert (whole & ~seen.mask).sum() <= 0.02 * whole.sum()


def test_counts_and_boxes_are_those_of_the_masks(dataset: Dataset, exported: Path) -> None:
    frames = {frame.id: frame for frame in dataset.frames()}
    for seen in objects(exported):
        (thing,) = [x for x in frames[seen.frame].objects if x.name == seen.name]
        assert seen.info["px_count_visib"] == seen.visible.sum() == thing.visible_pixels
        assert seen.info["px_count_all"] >= seen.mask.sum() >= seen.info["px_count_valid"]
        if thing.bbox_2d_tight is None:
            assert seen.info["bbox_visib"] == [-1, -1, -1, -1]
        elif thing.visible_fraction and not thing.truncated:
            assert seen.info["visib_fract"] == pytest.approx(thing.visible_fraction, abs=0.05)
            rows, columns = np.nonzero(seen.mask)
            assert seen.info["bbox_obj"] == [
                columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1
            ]  # fmt: skip


def test_models_are_in_millimetres_and_told_of(dataset: Dataset, exported: Path) -> None:
    info, meta = read(exported / "models/models_info.json"), read(exported / "meta.json")
    assert set(info) == set(meta["objects"])
    assert [x["asset"] for x in meta["objects"].values()] == sorted(
        x["asset"] for x in meta["objects"].values()
    )
    (ball,) = [n for n, x in meta["objects"].items() if x["asset"] == "ball"]
    assert info[ball]["diameter"] == pytest.approx(80, abs=0.5)  # a sphere of radius 4 cm
    assert info[ball]["min_z"] == pytest.approx(-40, abs=0.5)
    assert meta["left_out"] == {"chest": "has joints"}
    assert {use["id"] for use in meta["assets"]} >= {"ball", "chest", "table"}


def test_a_scene_is_a_folder_in_one_split(dataset: Dataset, exported: Path) -> None:
    cameras = {p.parent: read(p) for p in sorted(exported.glob("*/*/scene_camera.json"))}
    assert [f"{p.parent.name}/{p.name}" for p in cameras] == ["train/000001", "val/000002"]
    scenes = {frame.id: frame.scene for frame in dataset.frames()}
    for told in cameras.values():
        assert len({scenes[view["frame"]] for view in told.values()}) == 1
    assert sum(map(len, cameras.values())) == len(scenes)


def test_same_dataset_gives_the_same_bytes(
    dataset: Dataset, exported: Path, tmp_path: Path
) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    first, second = (
        {p.relative_to(root): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        for root in (exported, tmp_path / "again")
    )
    assert first == second


def test_frames_without_depth_are_refused(tmp_path: Path) -> None:
    made = build(tmp_path / "set", SEEDS[:1], labels=("rgb", "seg_instance", "poses"))
    with pytest.raises(DatasetError, match=r"bop: frame .* has no depth_linear; render.labels"):
        PLUGIN.export(made, tmp_path / "out")


def test_frames_without_poses_are_refused(tmp_path: Path) -> None:
    made = build(tmp_path / "set", SEEDS[:1], labels=LABELS[:3])
    with pytest.raises(DatasetError, match=r"has no poses; render\.labels must hold .*, poses$"):
        PLUGIN.export(made, tmp_path / "out")
