"""Exports that grow: the bytes of a fresh export, the earlier one untouched, honest refusals."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_stages
import pytest
from datasets import FixtureConfig, build_dataset

from cousins.flows.growth import BASIS, Growth, growth, past
from cousins.flows.pool import JobError
from cousins.flows.run import RunRequest, execute, export_dataset
from cousins.flows.verify import verify
from cousins.flows.work import Stages
from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS, EarlierExport, Growing, grow
from cousins.generators.exports.lerobot import LeRobotExporter, growing, tables
from cousins.generators.exports.webdataset import WebDatasetExporter
from cousins.generators.shards import STAGES, ShardRecord
from cousins.generators.store import checked
from cousins.generators.store.hashing import file_hash
from cousins.generators.store.identity import dataset_hash
from cousins.generators.store.index import RecordIndex
from cousins.generators.store.writer import Store
from cousins.schemas import DatasetError, TaskSpec
from cousins.schemas.spec_file import parse_spec

TASKS = 7
GROWING = ("coco", "lerobot", "lerobot_language", "webdataset", "yolo")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = FixtureConfig(tasks=TASKS, per_task=2, failures=2, steps=5, size=32)
    return build_dataset(tmp_path_factory.mktemp("growing") / "dataset", config)


class Before(Dataset):
    """The dataset as it was with fewer tasks."""

    def __init__(self, whole: Dataset, count: int) -> None:
        super().__init__(whole.root)
        self.count = count

    def records(self, stage: str) -> Iterator[ShardRecord]:
        found = list(super().records(stage))
        return iter(found if stage == "tasks" else found[: self.count])

    def tasks(self) -> Iterator[TaskSpec]:
        return iter(list(super().tasks())[: self.count])


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def shards(count: int) -> dict[str, int]:
    return {"tasks": 0, "scenes": count, "episodes": count, "frames": count}


def grown(exporter: Any, whole: Dataset, count: int, folder: Path) -> Path:
    """The export of a dataset by way of one of its first tasks."""
    exporter.export(Before(whole, count), folder / "before")
    kept = tree(folder / "before")
    exporter.grow(whole, folder / "grown", EarlierExport(folder / "before", shards(count)))
    assert tree(folder / "before") == kept
    return folder / "grown"


def test_these_formats_grow() -> None:
    assert {name for name, x in EXPORTERS.own() if isinstance(x, Growing)} == {*GROWING}


@pytest.mark.parametrize("count", [5, 6, TASKS])
@pytest.mark.parametrize("name", GROWING)
def test_what_has_grown_has_the_bytes_of_a_fresh_export(
    name: str, count: int, whole: Dataset, tmp_path: Path
) -> None:
    exporter = EXPORTERS.load(name)
    exporter.export(whole, tmp_path / "fresh")
    assert tree(grown(exporter, whole, count, tmp_path)) == tree(tmp_path / "fresh")


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_full_files_of_lerobot_are_linked_and_the_last_is_continued(
    whole: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for module in (tables, growing):
        monkeypatch.setattr(module, "EPISODES_PER_FILE", most)
    exporter = LeRobotExporter(include_failures=True, language=True)
    exporter.export(whole, tmp_path / "fresh")
    folder = grown(exporter, whole, 5, tmp_path)
    assert tree(folder) == tree(tmp_path / "fresh")
    files = sorted(folder.glob("videos/*front/*/*.mp4"))
    assert len(files) == -(-2 * TASKS // most)
    linked = [path for path in files if path.stat().st_nlink > 1]
    assert len(linked) == 10 // most  # of the ten episodes of five tasks


def test_only_new_videos_are_looked_at(
    whole: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cousins.generators.exports.lerobot import video, writing

    seen: list[str] = []
    real = video.colour_histogram

    def counted(path: Path, frames: int) -> Any:
        seen.append(path.name)
        return real(path, frames)

    exporter = EXPORTERS.load("lerobot")
    exporter.export(Before(whole, 5), tmp_path / "before")
    monkeypatch.setattr(writing, "colour_histogram", counted)
    assert not grow(
        "lerobot", whole, tmp_path / "grown", EarlierExport(tmp_path / "before", shards(5))
    )
    assert {name.partition("-")[0] for name in seen} == {"t0005", "t0006"}


def test_small_shards_of_webdataset_are_linked(whole: Dataset, tmp_path: Path) -> None:
    exporter = WebDatasetExporter(shard_bytes=20_000)
    exporter.export(whole, tmp_path / "fresh")
    folder = grown(exporter, whole, 5, tmp_path)
    assert tree(folder) == tree(tmp_path / "fresh")
    files = sorted(folder.glob("train-*.tar"))
    assert len(files) > 4
    assert all(path.stat().st_nlink > 1 for path in files[:3])


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("coco", "annotations/instances_train.json"),
        ("coco", "annotations/instances_val.json"),
        ("lerobot", "meta/info.json"),
        ("lerobot", "meta/pixel_counts.json"),
        ("lerobot", "meta/episodes/chunk-000/file-000.parquet"),
        ("webdataset", "meta.json"),
        ("yolo", "splits.json"),
        ("yolo", "data.yaml"),
    ],
)
def test_a_damaged_earlier_export_is_written_anew(
    name: str, file: str, whole: Dataset, tmp_path: Path
) -> None:
    EXPORTERS.load(name).export(Before(whole, 5), tmp_path / "before")
    (tmp_path / "out").mkdir()
    (tmp_path / "before" / file).write_bytes(b"[")
    said = grow(name, whole, tmp_path / "out", EarlierExport(tmp_path / "before", shards(5)))
    assert "is damaged" in said
    assert not any((tmp_path / "out").iterdir())  # nothing is left of it
    (tmp_path / "before" / file).unlink()
    assert "damaged" in grow(
        name, whole, tmp_path / "out", EarlierExport(tmp_path / "before", shards(5))
    )


@pytest.mark.parametrize("name", ["coco", "webdataset", "yolo"])
def test_a_scene_that_goes_to_the_other_split_is_a_reason(
    name: str, whole: Dataset, tmp_path: Path
) -> None:
    EXPORTERS.load(name).export(Before(whole, 1), tmp_path / "before")  # of two scenes
    (tmp_path / "out").mkdir()
    said = grow(name, whole, tmp_path / "out", EarlierExport(tmp_path / "before", shards(1)))
    assert "the scene t0000-s1 is in another split than before" in said


def test_other_formats_say_that_they_are_written_as_a_whole(whole: Dataset, tmp_path: Path) -> None:
    said = grow("coco_panoptic", whole, tmp_path / "out", EarlierExport(tmp_path, shards(1)))
    assert said == "the format is always written as a whole"


# The flow: FAKE stages, whose export grows by adding lines.


def fake_export(name: str, dataset: Dataset, out: Path) -> None:
    (out / "ids.txt").write_text("".join(f"{x.id}\n" for x in dataset.episodes()))


def fake_grow(name: str, dataset: Dataset, out: Path, earlier: EarlierExport) -> str:
    if name == "yolo":
        return "this FAKE cannot"
    fake_export(name, earlier.added(dataset), out)
    (out / "new.txt").write_bytes((out / "ids.txt").read_bytes())
    (out / "ids.txt").write_bytes(
        (earlier.folder / "ids.txt").read_bytes() + (out / "new.txt").read_bytes()
    )
    return ""


def stages() -> Stages:
    return dataclasses.replace(fake_stages.fake_stages(), export=fake_export, grow=fake_grow)


def made(root: Path, count: int, more: str = "") -> None:
    text = f"name: grown\ntasks: {{count: {count}}}\nepisodes: {{per_task: 2}}\n{more}"
    execute(RunRequest(parse_spec(text), root, stages()))


def exported(root: Path, *names: str) -> dict[str, str]:
    notes: dict[str, str] = {}
    export_dataset(Dataset(root).spec, root, stages(), names, notes)
    return notes


def test_a_run_tells_exports_what_is_new(tmp_path: Path) -> None:
    made(tmp_path, 3)
    assert exported(tmp_path, "coco", "yolo") == {}
    ids = (tmp_path / "exports/coco/ids.txt").read_text()
    made(tmp_path, 5)
    assert not (tmp_path / "exports/coco").exists()  # it is no export of what is there now
    assert verify(tmp_path, 1, fake_stages.replay).problems == ()
    with Store(tmp_path, Dataset(tmp_path).spec, "fake-1") as store:
        assert store.notes == []
        bare = store.dataset_hash()
    assert bare == dataset_hash(tmp_path)
    notes = exported(tmp_path, "coco", "yolo")
    assert notes["coco"] == "grown: what was there is taken over"
    assert notes["yolo"] == "written anew: this FAKE cannot"
    assert (tmp_path / "exports/coco/ids.txt").read_text().startswith(ids)
    assert sorted(os.listdir(tmp_path / "exports")) == ["coco", "yolo"]
    assert exported(tmp_path, "coco") == {}  # it is there


def test_a_retired_export_that_is_damaged_is_written_anew(tmp_path: Path) -> None:
    made(tmp_path, 3)
    exported(tmp_path, "coco")
    made(tmp_path, 5)
    (tmp_path / "exports/.retired-coco.json").write_text("{")
    assert exported(tmp_path, "coco") == {}
    ids = [episode.id for episode in Dataset(tmp_path).episodes()]
    assert (tmp_path / "exports/coco/ids.txt").read_text().split() == ids


@pytest.mark.parametrize("retired", [False, True])
def test_damage_of_an_earlier_export_is_not_taken_over(tmp_path: Path, retired: bool) -> None:
    """What a new export copies from an earlier one, its own hashes would vouch for."""
    text = "name: grown\ntasks: {{count: {}}}\nepisodes: {{per_task: 2}}\nexport: [coco]\n"

    def run(count: int, *formats: str) -> None:
        execute(RunRequest(parse_spec(text.format(count)), tmp_path, stages(), exports=formats))

    run(3, "coco")
    if retired:
        run(4)
    file = tmp_path / "exports" / (".retired-coco" if retired else "coco") / "ids.txt"
    file.write_text(file.read_text().replace("t0001", "t0009"))
    run(5, "coco")
    ids = [episode.id for episode in Dataset(tmp_path).episodes()]
    assert (tmp_path / "exports/coco/ids.txt").read_text().split() == ids
    record = json.loads((tmp_path / "manifest/exports/coco.json").read_text())
    assert record["counts"]["grown"] == 0


def test_an_export_grows_with_new_tasks_and_says_why_where_it_cannot(tmp_path: Path) -> None:
    spec = "name: grown\ntasks: {{count: {}}}\nepisodes: {{per_task: {}}}\nexport: [coco, yolo]\n"

    def run(count: int, per_task: int = 2) -> None:
        execute(RunRequest(wanted(count, per_task), tmp_path, stages(), exports=("coco", "yolo")))

    def wanted(count: int, per_task: int = 2) -> Any:
        return parse_spec(spec.format(count, per_task))

    run(3)
    run(5)
    record = json.loads((tmp_path / "manifest/exports/coco.json").read_text())
    assert record["counts"]["grown"] == 1
    new = (tmp_path / "exports/coco/new.txt").read_text().split()
    assert {name.partition("-")[0] for name in new} == {"t0003", "t0004"}
    ids = [episode.id for episode in Dataset(tmp_path).episodes()]
    assert (tmp_path / "exports/coco/ids.txt").read_text().split() == ids
    record = json.loads((tmp_path / "manifest/exports/yolo.json").read_text())
    assert record["counts"]["grown"] == 0
    assert (tmp_path / "exports/yolo/ids.txt").read_text().split() == ids
    run(5, 12)
    record = json.loads((tmp_path / "manifest/exports/coco.json").read_text())
    assert record["counts"]["grown"] == 0  # new attempts lie between those of earlier tasks
    assert (tmp_path / "exports/coco/ids.txt").read_text().split() == [
        episode.id for episode in Dataset(tmp_path).episodes()
    ]


def test_what_is_another_is_named() -> None:
    tasks = [
        TaskSpec(id=f"t000{n}", name="n", instruction="i", bddl="", objects=(), proposer="p")
        for n in range(3)
    ]
    contents = {f"{stage}/t000{n}": f"{stage}{n}" for stage in STAGES[1:] for n in range(3)}
    inputs = {BASIS: "b", **past({k: v for k, v in contents.items() if k[-1] != "2"}, tasks[:2])}
    record = ShardRecord(stage="exports", shard="coco", key="k", files={}, items=1, inputs=inputs)
    earlier = (record, "exports/coco")
    assert growth(earlier, "b", contents, tasks).shards == shards(2)
    assert growth(None, "b", contents, tasks) == Growth()
    assert "version or an option" in growth(earlier, "other", contents, tasks).reason
    fewer = {name: told for name, told in contents.items() if name[-1] == "0"}
    assert growth(earlier, "b", fewer, tasks).reason == "some scenes are no longer there"
    assert growth(earlier, "b", contents, tasks[:1]).reason == "some tasks are no longer there"
    other = {**contents, "episodes/t0001": "x"}
    assert growth(earlier, "b", other, tasks).reason.startswith("some episodes are others")
    between = {**contents, "frames/t0000-c001": "x"}
    assert growth(earlier, "b", between, tasks).reason.startswith("some frames are others, or new")


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_crash_leaves_the_old_export_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    text = "name: grown\ntasks: {{count: {}}}\nepisodes: {{per_task: 2}}\nexport: [coco]\n"

    def run(count: int) -> None:
        spec = parse_spec(text.format(count))
        execute(RunRequest(spec, tmp_path, stages(), exports=("coco",)))

    run(2)
    old = tree(tmp_path / "exports/coco")
    rename, put = Path.rename, RecordIndex.put

    def broken_rename(path: Path, target: Path) -> Path:
        new = path.parent.name == "tmp" and Path(target).name == "coco"
        if new and moment == "before":
            raise KilledError
        found = rename(path, target)
        if new and moment == "between":
            raise KilledError
        return found

    def broken_put(index: RecordIndex, record: ShardRecord) -> None:
        put(index, record)
        if record.stage == "exports" and moment == "after":
            raise KilledError

    monkeypatch.setattr(Path, "rename", broken_rename)
    monkeypatch.setattr(RecordIndex, "put", broken_put)
    with pytest.raises(KilledError):
        run(4)
    monkeypatch.undo()
    with Store(tmp_path, parse_spec(text.format(4)), "fake-1") as store:
        left = store.record("exports", "coco")
        assert left is not None
        found = tree(tmp_path / "exports/coco")
        assert {f"exports/coco/{k}": v for k, v in found.items()} == left.files
        assert (found == old) == (moment != "after")
        assert os.listdir(tmp_path / "exports") == ["coco"]
    run(4)
    ids = [episode.id for episode in Dataset(tmp_path).episodes()]
    assert (tmp_path / "exports/coco/ids.txt").read_text().split() == ids


# Comparing the dataset's files with their hashes before an export is made.


def age() -> None:
    """Wait until what was written is surely older than what comes."""
    time.sleep(checked.CLOCK / 1e9)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "CLOCK", 20_000_000)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are compared with their hashes."""
    found: list[str] = []
    real = file_hash

    def counted(path: Path | str) -> str:
        found.append(Path(path).as_posix())
        return real(path)

    monkeypatch.setattr(checked, "file_hash", counted)
    return found


def of_data(paths: list[str]) -> set[str]:
    """The shards whose files were read, but for those of tasks."""
    parts = [path.rpartition("/data/")[2].split("/") for path in paths if "/data/" in path]
    return {"/".join(part[:2]) for part in parts if part[0] != "tasks"}


def grown_twice(root: Path, name: str = "coco") -> None:
    """A dataset of two tasks whose export was made, and of three by now."""
    for count in (2, 3):
        made(root, count)
        age()
        if count == 2:
            exported(root, name)


@pytest.mark.usefixtures("soon")
def test_files_that_rest_are_read_once(tmp_path: Path, read: list[str]) -> None:
    grown_twice(tmp_path)
    assert of_data(read) == {
        f"{stage}/t000{n}" for stage in ("scenes", "episodes", "frames") for n in (0, 1)
    }
    read.clear()
    assert exported(tmp_path, "coco") == {"coco": "grown: what was there is taken over"}
    assert of_data(read) == {f"{stage}/t0002" for stage in ("scenes", "episodes", "frames")}
    made(tmp_path, 4)
    age()
    read.clear()
    export_dataset(Dataset(tmp_path).spec, tmp_path, stages(), ("coco",), read_all=True)
    assert len(of_data(read)) == 12
    read.clear()
    exported(tmp_path, "yolo")  # it takes over nothing
    assert len(of_data(read)) == 12


@pytest.mark.usefixtures("soon")
def test_a_run_that_makes_more_passes_on_what_it_knows(tmp_path: Path, read: list[str]) -> None:
    text = "name: grown\ntasks: {{count: {}}}\nepisodes: {{per_task: 2}}\nexport: [coco]\n"

    def run(count: int) -> set[str]:
        read.clear()
        execute(RunRequest(parse_spec(text.format(count)), tmp_path, stages(), exports=("coco",)))
        age()
        return of_data(read)

    assert run(2) == set()  # all was made by this very run
    assert run(3) == {f"{stage}/t000{n}" for stage in STAGES[1:] for n in (0, 1)}
    assert run(4) == {f"{stage}/t0002" for stage in STAGES[1:]}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("kept_times", [False, True])
def test_an_edited_file_of_a_taken_over_shard_is_noticed(tmp_path: Path, kept_times: bool) -> None:
    grown_twice(tmp_path)
    file = tmp_path / "data/episodes/t0000/episodes.json"
    told = file.stat()
    file.write_bytes(file.read_bytes().replace(b"t0000", b"t0009"))
    if kept_times:
        os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    with pytest.raises(DatasetError, match="episodes/t0000 is not what was written"):
        exported(tmp_path, "coco")


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("damaged", [False, True])
def test_a_file_that_an_export_shares_is_read_once(
    tmp_path: Path, read: list[str], damaged: bool
) -> None:
    shared = "data/episodes/t0000/episodes.json"

    def export(name: str, dataset: Dataset, out: Path) -> None:
        fake_export(name, dataset, out)
        os.link(dataset.root / shared, out / "shared.json")

    def take_over(name: str, dataset: Dataset, out: Path, earlier: EarlierExport) -> str:
        earlier.link("shared.json", out)
        return fake_grow(name, dataset, out, earlier)

    linking = dataclasses.replace(stages(), export=export, grow=take_over)
    for count in (2, 3):
        made(tmp_path, count)
        age()
        if count == 2:
            export_dataset(Dataset(tmp_path).spec, tmp_path, linking, ("coco",))
    read.clear()
    if damaged:
        file = tmp_path / shared
        file.write_bytes(file.read_bytes().replace(b"t0000", b"t0009"))
        with pytest.raises(JobError, match="episodes/t0000 is not what was written"):
            export_dataset(Dataset(tmp_path).spec, tmp_path, linking, ("coco",))
        return
    export_dataset(Dataset(tmp_path).spec, tmp_path, linking, ("coco",))
    assert of_data(read) == {f"{stage}/t0002" for stage in STAGES[1:]}


@pytest.mark.usefixtures("soon")
def test_of_a_copied_dataset_all_is_read(tmp_path: Path, read: list[str]) -> None:
    grown_twice(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    age()
    read.clear()
    exported(tmp_path / "two", "coco")
    assert len(of_data(read)) == 9


@pytest.mark.usefixtures("soon")
def test_a_note_that_was_cut_short_is_none(tmp_path: Path, read: list[str]) -> None:
    grown_twice(tmp_path)
    note = tmp_path / checked.NOTE
    with note.open("r+b") as file:
        file.truncate(note.stat().st_size - 3)
    read.clear()
    exported(tmp_path, "coco")
    assert len(of_data(read)) == 9


@pytest.mark.usefixtures("soon")
def test_what_cannot_grow_is_written_of_files_that_were_all_read(tmp_path: Path) -> None:
    grown_twice(tmp_path, "yolo")  # the FAKE of which cannot grow
    file = tmp_path / "data/episodes/t0000/episodes.json"
    raw = file.read_bytes()
    since = json.loads((tmp_path / checked.NOTE).read_bytes())["since"]
    file.write_bytes(raw.replace(b"t0000", b"t0009"))
    real = os.lstat

    def as_if_at_rest(path: Any) -> Any:
        told = real(path)
        return SimpleNamespace(
            st_mode=told.st_mode,
            st_size=told.st_size,
            st_dev=told.st_dev,
            st_ino=told.st_ino,
            st_ctime_ns=since - 2 * checked.CLOCK,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "lstat", as_if_at_rest)
        with pytest.raises(JobError, match="episodes/t0000 is not what was written"):
            exported(tmp_path, "yolo")
