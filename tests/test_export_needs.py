"""What export formats declare to need: a spec without it is refused before any work."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import FixtureConfig, build_dataset
from test_coco import build

from cousins.flows.checks import check_dataset, check_spec
from cousins.flows.exporting import ExportRequest, export_formats
from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS, Demonstrating, Picturing, export
from cousins.generators.selection import Selection
from cousins.schemas import DatasetError, SpecError
from cousins.schemas.errors import SpecErrors
from cousins.schemas.given_file import lines_of
from cousins.schemas.spec_file import load_spec

PICTURES = {name: x.labels for name, x in EXPORTERS.own() if isinstance(x, Picturing)}
DEMONSTRATIONS = [
    name for name, x in EXPORTERS.own() if isinstance(x, Demonstrating) and x.of_demonstrations
]
ONE_SHORT = [(name, label) for name, labels in PICTURES.items() for label in labels]
SPEC = """name: short
tasks: {{count: 1}}
episodes: {{per_task: {per_task}}}
cameras: [{{name: front, look_at: table}}]
render:
  labels: [{labels}]
export:
  - mjcf
  - {name}
"""


def refused(tmp_path: Path, name: str, labels: str, per_task: int = 1) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.format(name=name, labels=labels, per_task=per_task))
    spec = load_spec(path, ())
    with pytest.raises(SpecError) as caught, lines_of(path, ()):
        check_spec(spec)
    return str(caught.value)


@pytest.mark.parametrize(("name", "label"), ONE_SHORT, ids=["-".join(x) for x in ONE_SHORT])
def test_a_label_that_is_missing_is_told_with_line_and_remedy(
    tmp_path: Path, name: str, label: str
) -> None:
    others = ", ".join(x for x in PICTURES[name] if x != label) or "bbox_2d_tight"
    told = refused(tmp_path, name, others)
    assert "line 9: export[1]" in told
    wanted = f"{name} needs {label}; add it to render.labels, or leave {name} out of export"
    assert wanted in told


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_demonstrations_of_nothing_are_refused(tmp_path: Path, name: str) -> None:
    told = refused(tmp_path, name, "rgb", per_task=0)
    assert "line 9: export[1]" in told
    assert f"{name} holds demonstrations, and `episodes.per_task: 0` leaves nothing" in told


def test_several_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("name: a\nrender: {labels: [rgb]}\nexport: [yolo, webdataset, bop]\n")
    with pytest.raises(SpecErrors) as caught:
        check_spec(load_spec(path, ()))
    told = [str(problem) for problem in caught.value.parts]
    assert [text.partition(":")[0] for text in told] == ["export[0]", "export[2]"]
    assert "bop needs depth_linear, seg_instance, poses" in told[1]


def test_pictures_are_of_seven_formats_and_demonstrations_of_some() -> None:
    assert set(PICTURES) >= {
        "bop", "coco", "coco_keypoints", "coco_panoptic", "huggingface", "webdataset", "yolo",
    }  # fmt: skip
    assert set(DEMONSTRATIONS) >= {"lerobot", "lerobot_language", "robomimic", "traces"}


@pytest.mark.parametrize("name", PICTURES)
def test_the_declared_labels_are_those_that_are_needed(tmp_path: Path, name: str) -> None:
    exporter, labels = EXPORTERS.load(name), PICTURES[name]
    exporter.export(build(tmp_path / "whole", (23,), labels=labels), tmp_path / "out")
    assert any((tmp_path / "out").rglob("*"))
    for label in labels:
        rest = tuple(x for x in labels if x != label) or ("bbox_2d_tight",)
        made = build(tmp_path / label, (23,), labels=rest)
        with pytest.raises(DatasetError, match=f"{name}: frame .* has no {label}; render"):
            check_dataset(made, (name,))


def test_all_formats_are_written_or_left_out_with_the_reason(tmp_path: Path) -> None:
    made = build(tmp_path / "set", (23,), labels=("rgb", "seg_instance"))
    result = export_formats(ExportRequest(made.root, (), Selection(), tmp_path / "out"))
    assert set(result.folders) | set(result.left_out) == set(EXPORTERS.names())
    assert not set(result.folders) & set(result.left_out)
    assert {"coco", "coco_panoptic", "yolo"} <= set(result.folders)
    assert "has no keypoints" in result.left_out["coco_keypoints"]
    assert "has no depth_linear and no poses" in result.left_out["bop"]
    assert set(DEMONSTRATIONS) <= set(result.left_out)


@pytest.mark.parametrize("name", ["coco", "lerobot", "traces"])
@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ("tasks", "scenes/t0000 is of the task t0000, which is not there"),
        ("scenes", "episodes/t0000 is of the shard scenes/t0000, which is not there"),
    ],
)
def test_shards_of_what_is_not_there_are_named_before_anything_is_written(
    name: str, gone: str, named: str, tmp_path: Path
) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False))
    for record in (tmp_path / "dataset" / "manifest" / gone).iterdir():
        record.unlink()
    with pytest.raises(DatasetError, match=named):
        export(name, Dataset(dataset.root), tmp_path / "out")
    assert not (tmp_path / "out").exists()
