"""Exporters, proposers, renderers, labels and engines: ours, and those of other distributions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from plugin_lab import documented, offer_by_entry_point, write_distribution

from cousins.flows.engines import ENGINES
from cousins.flows.graph import Graph
from cousins.flows.stages import production
from cousins.generators.exports import EXPORTERS
from cousins.generators.labels import LABELS, StoragePlace, check_labels
from cousins.generators.labels._chosen import chosen
from cousins.generators.proposers import PROPOSERS
from cousins.generators.renderers import RENDERERS
from cousins.generators.store.hashing import foreign_versions
from cousins.schemas import (
    BackendMissingError,
    DatasetSpec,
    FrameRecord,
    ObjectLabel,
    PluginError,
    SpecError,
)
from cousins.schemas.plugins import FOLDERS, Group, forget

GROUPS: list[Group[Any]] = [EXPORTERS, PROPOSERS, RENDERERS, LABELS, ENGINES]
IDS = [group.name for group in GROUPS]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Any:  # pyright: ignore[reportUnusedFunction]
    forget()
    chosen.cache_clear()
    yield
    monkeypatch.undo()
    forget()
    chosen.cache_clear()


SCRIPT = """
import json, sys
from cousins.schemas import DatasetSpec
from cousins.schemas.plugins import names
found = {group: names(group) for group in sys.argv[1:]}
DatasetSpec.model_json_schema()
imported = [name for name in sys.modules if ".generators" in name or ".flows" in name]
print(json.dumps([found, imported]))
"""


def test_names_are_found_without_importing_any() -> None:
    made = subprocess.run(
        [sys.executable, "-c", SCRIPT, *IDS], capture_output=True, check=True, text=True
    )
    found, imported = json.loads(made.stdout)
    assert {group: set(names) for group, names in found.items()} == {
        group.name: set(group.names()) for group in GROUPS
    }
    assert imported == []


HEAVY = {"av", "bpy", "mujoco", "openai", "pandas", "prefect", "pyarrow", "pycocotools", "torch"}
LOAD = """
import sys
from importlib import import_module
group = getattr(import_module("cousins." + sys.argv[1]), sys.argv[2])
for name, offered in group.all():
    assert offered.summary and "\\n" not in offered.summary
print(*{name.split(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("group", GROUPS, ids=IDS)
def test_loading_plugins_imports_nothing_heavy(group: Group[Any]) -> None:
    arguments = [FOLDERS[group.name], group.name.upper()]
    made = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments], capture_output=True, check=True, text=True
    )
    assert not HEAVY & set(made.stdout.split())


@pytest.mark.parametrize(
    ("group", "wrong", "right"),
    [
        (EXPORTERS, "coc", "coco"),
        (PROPOSERS, "grammer", "grammar"),
        (RENDERERS, "mujco", "mujoco"),
        (LABELS, "dept", "depth"),
        (ENGINES, "locl", "local"),
    ],
    ids=IDS,
)
def test_an_unknown_name_is_refused_with_the_nearest(
    group: Group[Any], wrong: str, right: str
) -> None:
    with pytest.raises(SpecError, match=f"no {group.word} '{wrong}'; did you mean '{right}'"):
        group.load(wrong)


def test_known_names_whose_environment_is_absent_say_so() -> None:
    with pytest.raises(BackendMissingError, match="use `backend: mujoco`"):
        RENDERERS.load("omnigibson").check()


def test_every_label_stores_where_frames_have_a_place_and_no_two_the_same() -> None:
    check_labels(LABELS.names())
    stored = [(value.place, value.name) for _, label in LABELS.all() for value in label.values]
    assert len(set(stored)) == len(stored)
    own = {name for place, name in stored if place is StoragePlace.OBJECT}
    always = {"name", "category", "instance_id", "semantic_id", "visible_pixels"}
    assert own == set(ObjectLabel.model_fields) - always
    assert {name for place, name in stored if place is StoragePlace.FRAME} < set(
        FrameRecord.model_fields
    )


LABEL = """
from cousins.generators.labels import Label, Labelled, Reads, file, of_frame, of_object
PLUGIN = Label(values=({value},), reads=frozenset({{{reads}}}))
"""


@pytest.mark.parametrize(
    ("value", "reads", "told"),
    [
        ('of_object("colour", "its colour")', "", "label 'odd': no field 'colour' of the object"),
        ('of_frame("mood", "its mood")', "", "no field 'mood' of the frame"),
        ('file("a/b.png", "", "x")', "", r"file 'a/b.png' is not such as `depth\.png`"),
        ('file("depth.npy", "", "x")', "", "labels 'depth' and 'odd' both store 'depth.npy'"),
        ('of_object("pos", "x")', "Reads.COLOUR", "gives files only; got 'pos'"),
    ],
)
def test_a_label_that_stores_what_it_cannot_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, reads: str, told: str
) -> None:
    text = LABEL.format(value=value, reads=reads)
    offer_by_entry_point(tmp_path, monkeypatch, "labels", "odd", text)
    with pytest.raises(PluginError, match=told):
        check_labels(("depth", "odd"))


def test_a_plugin_whose_package_is_absent_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cousins.flows.checks import check_exports

    text = documented("captions").replace("Needs()", 'Needs(packages=("no-such-thing",))')
    offer_by_entry_point(tmp_path, monkeypatch, "exporters", "captions", text)
    with pytest.raises(BackendMissingError, match="export captions needs no-such-thing"):
        check_exports(("coco", "captions"))


def keys(out: Path) -> dict[str, str]:
    spec = DatasetSpec.model_validate(
        {"name": "k", "render": {"labels": ["rgb", "edges"]}, "export": ["captions"]}
    )
    graph = Graph(out, spec, production(), "library")
    shards = {"episodes": "t0000", "frames": "t0000", "exports": "captions"}
    found = {stage: graph.key(stage, shard, {}, []) for stage, shard in shards.items()}
    coco = graph.key("exports", "coco", {}, [])
    return {**found, "coco": coco}


@pytest.mark.parametrize(
    ("group", "name", "moved"),
    [("labels", "edges", {"frames"}), ("exporters", "captions", {"exports"})],
)
@pytest.mark.parametrize("own", [False, True], ids=["distribution", "plug-in"])
def test_a_key_moves_with_the_version_of_what_shapes_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    name: str,
    moved: set[str],
    own: bool,
) -> None:
    offered = {"labels": "edges", "exporters": "captions"}
    for other in set(offered) - {group}:
        text = documented(offered[other])
        offer_by_entry_point(tmp_path / "0", monkeypatch, other, offered[other], text)
    text = documented(name)
    offer_by_entry_point(tmp_path / "1", monkeypatch, group, name, text)
    before = keys(tmp_path)
    monkeypatch.setattr(sys, "path", [x for x in sys.path if x != str(tmp_path / "1")])
    if own:
        text = text.replace("Needs(", "Needs(version=2, ")
    offer_by_entry_point(
        tmp_path / "2", monkeypatch, group, name, text, version="1.0" if own else "1.1"
    )
    after = keys(tmp_path)
    assert {stage for stage in before if before[stage] != after[stage]} == moved


SPEC = """
name: guests
seed: 5
tasks: {proposer: errands, count: 1}
episodes: {per_task: 1}
cameras: [{name: front, look_at: table}]
render:
  backend: flat
  size: [64, 48]
  keyframes: 2
  videos: false
  labels: [rgb, seg_instance, edges]
export: [coco, captions]
"""
GUESTS = {
    "exporters": "captions",
    "labels": "edges",
    "proposers": "errands",
    "renderers": "flat",
    "engines": "careful",
}


def test_the_documented_plugins_make_a_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np
    from PIL import Image

    from cousins.generators.dataset import Dataset

    lab = tmp_path / "lab"
    for group, name in GUESTS.items():
        text = documented(name)
        assert len(text.splitlines()) < 100
        write_distribution(lab, group, name, text)
    (tmp_path / "spec.yaml").write_text(SPEC)
    path = os.pathsep.join([str(lab), *filter(None, [os.environ.get("PYTHONPATH")])])
    made = subprocess.run(
        [sys.executable, "-m", "cousins", "generate", "spec.yaml", "--out", "out",
         "--engine", "careful", "--workers", "2", "--quiet"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    monkeypatch.syspath_prepend(lab)  # pyright: ignore[reportUnknownMemberType]
    forget()
    dataset = Dataset(tmp_path / "out")
    captions = (tmp_path / "out/exports/captions/captions.txt").read_text(encoding="utf-8")
    assert captions == "t0000-e00: Put the mug on the plate.\n"
    frame = next(dataset.frames())
    edges = np.asarray(Image.open(dataset.root / frame.files["edges"]))
    assert edges.shape == (48, 64)
    assert set(np.unique(edges)) == {0, 255}
    saved = json.loads((tmp_path / "out/spec.json").read_text(encoding="utf-8"))
    assert saved["plugin_versions"] == foreign_versions(dataset.spec)
    assert saved["plugin_versions"]["labels/edges"] == "lab-labels-edges 1.0, 1"
    assert "labels/rgb" not in saved["plugin_versions"]
