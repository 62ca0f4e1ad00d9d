"""The writer: whole shards or none, one writer, and no silent mixing of datasets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cousins.generators.dataset import (
    Dataset,
)
from cousins.generators.shards import shard_name, shard_of
from cousins.generators.store.identity import dataset_hash
from cousins.generators.store.staging import ShardWriter
from cousins.generators.store.writer import Store
from cousins.schemas import DatasetError, DatasetSpec
from cousins.schemas.spec_file import parse_spec

SPEC = parse_spec("name: a\nseed: 1\ntasks: {count: 3}\nepisodes: {per_task: 2}")


def derive(**changes: object) -> DatasetSpec:
    return DatasetSpec.model_validate(SPEC.model_copy(update=changes).model_dump())


def put(store: Store, stage: str, shard: str, content: bytes, key: str = "k") -> None:
    writer = ShardWriter.create(store.root, stage, shard)
    writer.add("x.json", content)
    writer.add("sub/y.bin", b"y")
    store.commit(stage, shard, key, writer.finish({"tasks": 1}, 1))


def test_a_committed_shard_is_found_by_its_key_only(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "b00000", b"one")
        record = store.find("tasks", "b00000", "k")
        assert record is not None
        assert set(record.files) == {"data/tasks/b00000/x.json", "data/tasks/b00000/sub/y.bin"}
        assert store.find("tasks", "b00000", "other") is None
    with Store(tmp_path, SPEC) as again:
        assert again.find("tasks", "b00000", "k") == record
        assert again.dataset_hash() == dataset_hash(tmp_path)
    assert [r.shard for r in Dataset(tmp_path).records("tasks")] == ["b00000"]


def test_a_shard_with_a_lost_or_cut_file_is_made_again(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "a", b"one")
        put(store, "tasks", "b", b"one")
        (tmp_path / "data/tasks/a/x.json").unlink()
        (tmp_path / "data/tasks/b/x.json").write_bytes(b"on")
        assert store.find("tasks", "a", "k") is None
        assert store.find("tasks", "b", "k") is None
        put(store, "tasks", "a", b"one")
        assert store.find("tasks", "a", "k") is not None


def test_what_a_crash_leaves_is_removed_at_start(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "b00000", b"one")
        clean = dataset_hash(tmp_path)
        put(store, "tasks", "b00001", b"two")
        ShardWriter.create(tmp_path, "scenes", "t0000").add("x", b"half")
        # As if killed between the rename and the record.
        (tmp_path / "manifest/tasks/b00001.json").unlink()
    with Store(tmp_path, SPEC) as store:
        assert not (tmp_path / "data/tasks/b00001").exists()
        assert not (tmp_path / "tmp").exists()
        assert store.find("tasks", "b00000", "k") is not None
        assert dataset_hash(tmp_path) == clean


def test_a_second_writer_is_refused_and_a_dead_one_is_not_waited_for(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC), pytest.raises(DatasetError, match="in use by another run"):
        Store(tmp_path, SPEC)
    code = (
        "import os, sys; from pathlib import Path;"
        "from cousins.generators.store.writer import Store;"
        "from cousins.schemas import DatasetSpec;"
        "Store(Path(sys.argv[1]), DatasetSpec.model_validate_json(sys.argv[2])); os._exit(1)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path), SPEC.model_dump_json()]
    assert subprocess.run(arguments, check=False).returncode == 1
    with Store(tmp_path, SPEC):
        pass


def test_changes_are_refused_by_path_once_something_depends_on_them(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "b00000", b"one")
    rendered = derive(render=SPEC.render.model_copy(update={"size": (64, 64)}))
    with Store(tmp_path, rendered) as store:  # no frames yet: pictures may still change
        put(store, "frames", "t0000", b"one")
    other = derive(
        seed=2, render=SPEC.render.model_copy(update={"size": (32, 32)}), export=("coco",)
    )
    with pytest.raises(DatasetError) as caught:
        Store(tmp_path, other)
    message = str(caught.value)
    assert "seed: 1 became 2" in message
    assert "render.size: [64, 64] became [32, 32] (frames are made)" in message
    assert "export" not in message
    assert "--out" in message


def test_counts_may_grow_and_not_shrink(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "b00000", b"one")
    more = derive(tasks=SPEC.tasks.model_copy(update={"count": 5}))
    with Store(tmp_path, more):
        assert Dataset(tmp_path).spec.tasks.count == 5
    with pytest.raises(DatasetError, match=r"tasks\.count: 5 became 3"):
        Store(tmp_path, SPEC)


def test_other_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path, SPEC, "library-1") as store:
        put(store, "tasks", "b00000", b"one")
    with pytest.raises(DatasetError, match="version of assets: library-1 became library-2"):
        Store(tmp_path, SPEC, "library-2")

    def other(_: object) -> dict[str, str]:
        return {"mujoco": "0.1"}

    monkeypatch.setattr("cousins.generators.store.writer.versions", other)
    with pytest.raises(DatasetError, match=r"version of mujoco: .* became 0\.1"):
        Store(tmp_path, SPEC, "library-1")


def test_unusable_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match="cannot be written"):
        Store(tmp_path / "file" / "out", SPEC)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("x")
    with pytest.raises(DatasetError, match=r"no dataset \(it holds cat.jpg\)"):
        Store(tmp_path / "photos", SPEC)


def test_the_hash_covers_content_and_paths_and_not_logs(tmp_path: Path) -> None:
    with Store(tmp_path, SPEC) as store:
        put(store, "tasks", "b00000", b"one")
    before = dataset_hash(tmp_path)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a").write_text("x")
    assert dataset_hash(tmp_path) == before
    (tmp_path / "data/tasks/b00000/x.json").write_bytes(b"two")
    assert dataset_hash(tmp_path) != before


def test_files_stay_inside_their_shard(tmp_path: Path) -> None:
    writer = ShardWriter.create(tmp_path, "tasks", "a")
    with pytest.raises(DatasetError, match="distinct paths inside"):
        writer.add("../x", b"")
    writer.add("x", b"")
    with pytest.raises(DatasetError, match="distinct paths inside"):
        writer.add("x", b"")


def test_ten_items_share_a_shard() -> None:
    assert shard_name("t0003", 9) == "t0003" == shard_of("t0003", "t0003-s09")
    assert shard_name("t0003", 10) == "t0003-c001" == shard_of("t0003", "t0003-e10")
    with pytest.raises(DatasetError, match="expected t0003-s"):
        shard_of("t0003", "t0004-s01")
