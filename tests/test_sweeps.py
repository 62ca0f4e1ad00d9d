"""Scores and pictures along a sweep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from test_coco import build
from typer.testing import CliRunner

from cousins.flows.checks import check_spec
from cousins.flows.cli import app
from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.generators.sweeps import (
    colour_depth,
    colour_normals,
    overlay,
    score,
    swept,
    write_curve,
    write_sheet,
)
from cousins.generators.sweeps.pictures import read
from cousins.schemas import DatasetError, SpecError
from cousins.schemas.spec_file import load_spec

ROOT = Path(__file__).parents[1]
LIGHT = "scene.light.key.intensity"
LEVELS = (100, 200, 400, 800)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """One scene, two cameras, four light levels."""
    vary = {LIGHT: {"sweep": list(LEVELS)}}
    return build(tmp_path_factory.mktemp("set"), seeds=(51,), vary=vary, size=(96, 72))


@pytest.fixture(scope="module")
def perfect(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Predictions that are the masks of the COCO export."""
    out = tmp_path_factory.mktemp("coco") / "coco"
    EXPORTERS.load("coco").export(dataset, out)
    truth = json.loads((out / "annotations/instances_train.json").read_text())
    fields = ("image_id", "category_id", "segmentation", "bbox")
    return [{**{key: mark[key] for key in fields}, "score": 0.9} for mark in truth["annotations"]]


def saved(path: Path, found: object) -> Path:
    path.write_text(json.dumps(found))
    return path


def worse(found: list[dict[str, Any]], images: set[int]) -> Iterator[dict[str, Any]]:
    """The predictions, those of these images shifted off their objects and misnamed."""
    for item in found:
        if item["image_id"] in images:
            x, y, width, height = item["bbox"]
            box = [x + 2 * width, y, width, height]
            yield {**item, "bbox": box, "category_id": item["category_id"] + 1}
        else:
            yield item


def test_perfect_predictions_score_one_everywhere(
    dataset: Dataset, perfect: list[dict[str, Any]], tmp_path: Path
) -> None:
    result = score(dataset, swept(dataset), saved(tmp_path / "p.json", perfect))
    assert (result.path, result.kind, result.ignored) == (LIGHT, "segm", 0)
    assert [point.value for point in result.points] == list(LEVELS)
    for point in result.points:
        assert (point.ap, point.ap50, point.accuracy) == pytest.approx((1, 1, 1))
        assert point.images == 2
    assert sum(point.objects for point in result.points) == len(perfect)


def test_the_curve_shows_where_a_model_is_worse(
    dataset: Dataset, perfect: list[dict[str, Any]], tmp_path: Path
) -> None:
    axis = swept(dataset)
    dim = {image_id for image_id, _ in axis.frames[0]}
    boxes = [{k: v for k, v in item.items() if k != "segmentation"} for item in perfect]
    result = score(dataset, axis, saved(tmp_path / "p.json", list(worse(boxes, dim))))
    assert result.kind == "bbox"
    assert result.points[0].ap == pytest.approx(0, abs=0.05)
    assert (result.points[0].accuracy or 0) < 0.2
    for point in result.points[1:]:
        assert (point.ap, point.accuracy) == pytest.approx((1, 1))
    for name in ("curve.svg", "curve.png"):
        write_curve(result, tmp_path / name)
    text = (tmp_path / "curve.svg").read_text()
    line = next(row for row in text.splitlines() if "polyline" in row and "#2f5fae" in row)
    heights = [float(pair.split(",")[1]) for pair in line.split('"')[1].split()]
    assert heights[0] > 300 > heights[1] == heights[2] == heights[3]
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.size == (720, 420)
    with pytest.raises(SpecError, match=r"\.svg or \.png"):
        write_curve(result, tmp_path / "curve.pdf")


def test_image_ids_must_be_those_of_the_export(
    dataset: Dataset, perfect: list[dict[str, Any]], tmp_path: Path
) -> None:
    axis = swept(dataset)
    strange = [*perfect, {**perfect[0], "image_id": 99}]
    with pytest.raises(SpecError, match=r"no image has the id 99; .* from 1 to 8"):
        score(dataset, axis, saved(tmp_path / "a.json", strange))
    some = [item for item in perfect if item["image_id"] != 3]
    path = saved(tmp_path / "b.json", some)
    with pytest.raises(SpecError, match="1 of 8 swept images have no prediction: 3;"):
        score(dataset, axis, path)
    result = score(dataset, axis, path, allow_missing=True)
    assert [point.ap == pytest.approx(1) for point in result.points].count(False) == 1
    none = score(dataset, axis, saved(tmp_path / "c.json", []), allow_missing=True)
    assert [(point.ap, point.accuracy) for point in none.points] == [(0.0, 0.0)] * 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"annotations": []}', "expected a list"),
        ("[{}]", "prediction 0 lacks"),
        ('[{"image_id": 1, "category_id": 1, "score": 1}]', "neither bbox nor segmentation"),
        ("[", "no JSON"),
    ],
)
def test_files_of_another_form_are_refused(
    dataset: Dataset, content: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "p.json"
    path.write_text(content)
    with pytest.raises(SpecError, match=said):
        score(dataset, swept(dataset), path)
    with pytest.raises(SpecError, match="is not there"):
        score(dataset, swept(dataset), tmp_path / "none.json")


def test_the_axis_must_be_one_that_is_swept(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=LIGHT):
        swept(dataset, "scene.ambient")
    still = build(tmp_path / "still", seeds=(52,), size=(32, 32))
    with pytest.raises(SpecError, match="no sweep"):
        swept(still)


def test_pictures_for_people(dataset: Dataset) -> None:
    frame = next(iter(dataset.frames()))
    picture = read(dataset, frame, "rgb")
    masks = read(dataset, frame, "seg_instance")
    shown = overlay(picture, masks, frame)
    assert (shown[masks == 0] != picture[masks == 0]).any(axis=-1).mean() < 0.15  # boxes alone
    assert (shown[masks > 0] != picture[masks > 0]).any(axis=-1).mean() > 0.95
    depth = np.array([[0.0, 1.0], [2.0, 3.0]])
    painted = colour_depth(depth).astype(int).sum(axis=-1)
    assert painted[0, 0] == 0
    assert painted[0, 1] > painted[1, 0] > painted[1, 1] > 0
    coded = np.array([[[127, 127, 0], [0, 0, 0], [127, 0, 127]]], dtype=np.uint8)
    assert colour_normals(coded).tolist() == [[[127, 127, 254], [0, 0, 0], [127, 254, 127]]]
    with pytest.raises(DatasetError, match="has no flow"):
        read(dataset, frame, "flow")


def test_sheets_and_animations(dataset: Dataset, tmp_path: Path) -> None:
    axis = swept(dataset)
    views = ("rgb", "overlay", "depth", "normal")
    assert write_sheet(dataset, axis, tmp_path / "x/sheet.png", views=views, side=48) == 4
    with Image.open(tmp_path / "x/sheet.png") as sheet:
        assert sheet.size == (4 * (48 + 4) - 4, 20 + 20 + 4 * (36 + 4) - 4)
    write_sheet(dataset, axis, tmp_path / "sweep.gif", camera="front", side=48)
    with Image.open(tmp_path / "sweep.gif") as film:
        assert film.size == (48, 56)
        frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(film)]
    means = [frame[:36].mean() for frame in frames]
    assert len(means) == 4
    assert means == sorted(means)
    assert means[-1] > means[0] + 20
    with pytest.raises(SpecError, match="front"):
        write_sheet(dataset, axis, tmp_path / "y.png", camera="top")
    with pytest.raises(SpecError, match="overlay"):
        write_sheet(dataset, axis, tmp_path / "y.png", views=("x",))
    with pytest.raises(SpecError, match=r"\.gif"):
        write_sheet(dataset, axis, tmp_path / "y.bmp")


def test_the_commands(dataset: Dataset, perfect: list[dict[str, Any]], tmp_path: Path) -> None:
    path, plot = saved(tmp_path / "p.json", perfect), tmp_path / "c.png"
    arguments = ["sweep", "score", str(dataset.root), "--predictions", str(path)]
    run = CliRunner().invoke(app, [*arguments, "--plot", str(plot), "--json"])
    assert run.exit_code == 0, run.output
    answer = json.loads(run.output)
    assert [point["value"] for point in answer["points"]] == list(LEVELS)
    assert plot.is_file()
    table = CliRunner().invoke(app, arguments)
    assert "accuracy" in table.output
    assert "1.000" in table.output
    wrong = CliRunner().invoke(app, [*arguments, "--axis", "scene.ambient"])
    assert wrong.exit_code == 2
    shown = CliRunner().invoke(
        app, ["sweep", "show", str(dataset.root), "--out", str(tmp_path / "s.gif")]
    )
    assert (shown.exit_code, "4 values" in shown.output) == (0, True)


@pytest.mark.parametrize("axis", ["articulation", "visibility", "lighting", "zoom", "pitch"])
def test_the_five_examples_are_sound_and_shown(axis: str) -> None:
    spec = load_spec(ROOT / f"examples/bvs_{axis}.yaml")
    check_spec(spec)
    (values,) = spec.render.vary.values()
    assert len(getattr(values, "sweep", ())) == 12
    shown = ROOT / f"docs/images/bvs-{axis}.gif"
    assert shown.stat().st_size < 500_000
    with Image.open(shown) as film:
        assert len(list(ImageSequence.Iterator(film))) == 12


def test_skipped_values_are_stored_counted_and_reported(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    text = (ROOT / "examples/bvs_visibility.yaml").read_text(encoding="utf-8")
    text = re.sub(r"sweep: \[.*\]", "sweep: [0.1, -2.0]", text).replace("[256, 256]", "[32, 32]")
    spec.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["render", str(spec), "--out", str(out), "--workers", "1", "--engine", "local"]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    made = Dataset(out)
    assert [frame.vary for frame in made.frames()] == [{"object.box.pose.y": 0.1}]
    (record,) = made.skipped()
    assert record.vary == {"object.box.pose.y": -2.0}
    assert record.reason == "box would hang in the air"
    (shard,) = made.records("frames")
    assert shard.counts["skipped"] == 1
    assert record.reason in (out / "report/index.html").read_text(encoding="utf-8")
