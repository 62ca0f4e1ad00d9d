"""A dataset folder from a stranger: nothing outside of it is read, written or removed."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import fake_stages
import pytest
from fake_stages import replay

from cousins.flows.run import execute
from cousins.flows.session import RunRequest, Session
from cousins.flows.verify import verify
from cousins.generators import dataset as datasets
from cousins.generators.dataset import Dataset, load_arrays
from cousins.generators.shards import ShardRecord
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: trust\ntasks: {count: 2}\nepisodes: {per_task: 2}\nexport: [coco]\n"


def plan(out: Path) -> RunRequest:
    spec = parse_spec(TEXT)
    return RunRequest(spec, out, fake_stages.fake_stages(), exports=spec.export)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    out = tmp_path / "dataset"
    execute(plan(out))
    return out


def forge(path: Path, **changes: object) -> None:
    """A record with other values and no seal, as a stranger would write it."""
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "seal": "", **changes}))


@pytest.mark.parametrize("shard", ["../../../victim/docs", "..", "a/b", "", ".", "x\x00y", "/etc"])
def test_a_record_cannot_name_a_folder_outside(made: Path, tmp_path: Path, shard: str) -> None:
    victim = tmp_path / "victim" / "docs"
    victim.mkdir(parents=True)
    (victim / "thesis.txt").write_text("years of work")
    before = dataset_hash(made)
    forge(made / "manifest/frames/t0001.json", shard=shard)
    summary = execute(plan(made))
    assert (victim / "thesis.txt").read_text() == "years of work"
    assert summary.shards_made == 1, "the shard of the forged record"
    assert verify(made, 1, replay).problems == ()
    assert dataset_hash(made) == before


@pytest.mark.parametrize("stage", ["../manifest", "report", "exports/../.."])
def test_a_record_cannot_name_another_stage(made: Path, stage: str) -> None:
    forge(made / "manifest/frames/t0001.json", stage=stage)
    with pytest.raises(DatasetError, match="is damaged"):
        ShardRecord.read(made / "manifest/frames/t0001.json")


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "data/frames/t0000/frames.json"])
def test_a_record_holds_files_of_its_own_shard_alone(made: Path, name: str) -> None:
    record = made / "manifest/frames/t0001.json"
    told = json.loads(record.read_text())
    forge(record, files={**told["files"], name: "0" * 64})
    with pytest.raises(DatasetError, match="is damaged"):
        list(Dataset(made).records("frames"))


@pytest.mark.parametrize("folder", ["data", "data/frames", "exports", "manifest", "report", "tmp"])
def test_a_folder_that_is_a_link_is_refused(made: Path, tmp_path: Path, folder: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    if (made / folder).exists():
        (made / folder).rename(elsewhere)
    else:
        elsewhere.mkdir()
    (elsewhere / "mine").mkdir()
    (made / folder).symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    with pytest.raises(DatasetError, match="is a link to"):
        execute(plan(made))
    assert sorted(elsewhere.rglob("*")) == before


def test_the_dataset_itself_may_be_reached_by_a_link(made: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(made)
    assert execute(plan(tmp_path / "shortcut")).shards_made == 0
    frame = next(Dataset(tmp_path / "shortcut").frames())
    assert Dataset(tmp_path / "shortcut").file(next(iter(frame.files.values()))).is_file()


def test_a_lock_that_is_a_link_is_refused(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("kept")
    (made / ".lock").unlink()
    (made / ".lock").symlink_to(target)
    with pytest.raises(DatasetError, match=r"\.lock is a link"):
        execute(plan(made))
    assert target.read_text() == "kept"


def test_a_report_that_is_a_link_is_replaced(made: Path, tmp_path: Path) -> None:
    from cousins.generators.durable import write_atomic

    target = tmp_path / "precious"
    target.write_text("kept")
    (tmp_path / "index.html").symlink_to(target)
    write_atomic(tmp_path / "index.html", b"new")
    assert target.read_text() == "kept"
    assert (tmp_path / "index.html").read_bytes() == b"new"
    assert not (tmp_path / "index.html").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dataset", "index.html", "precious"]
    assert made.is_dir()


@pytest.mark.parametrize(
    "path", ["../secret/private.png", "/etc/passwd", "data/frames/t0001/frames.json", "spec.json"]
)
def test_a_frame_shows_files_of_its_own_shard_alone(made: Path, path: str) -> None:
    listed = made / "data/frames/t0000/frames.json"
    frames = json.loads(listed.read_text())
    frames[0]["files"] = dict.fromkeys(frames[0]["files"], path)
    listed.write_text(json.dumps(frames))
    with pytest.raises(DatasetError, match="none of its shard"):
        list(Dataset(made).frames())


def test_a_picture_that_is_a_link_is_not_read(made: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    frame = next(Dataset(made).frames())
    name = next(iter(frame.files.values()))
    secret.write_bytes((made / name).read_bytes())
    (made / name).unlink()
    (made / name).symlink_to(secret)
    with pytest.raises(DatasetError, match="reached by a link"):
        Dataset(made).file(name)
    assert any(f"{name} is a link" in text for text in verify(made, 1, replay).problems)


def test_a_folder_inside_a_shard_that_is_a_link_is_not_followed(made: Path, tmp_path: Path) -> None:
    shard = made / "data/scenes/t0000"
    shard.rename(tmp_path / "moved")
    shard.symlink_to(tmp_path / "moved")
    scene = made / "data/scenes/t0000/scenes.json"
    assert scene.is_file()
    with pytest.raises(DatasetError, match="reached by a link"):
        list(Dataset(made).scenes())


def test_what_others_put_there_is_left_alone_and_named(made: Path) -> None:
    mine = {
        "exports/my_own/notes.txt": b"a",
        "data/frames/notes/keep.txt": b"b",
        "data/frames/.DS_Store": b"c",
        "exports/README": b"d",
        "manifest/frames/._t0000.json": b"e",
        "manifest/tasks/notes.json": b"{}",
    }
    before = dataset_hash(made)
    for name, raw in mine.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(raw)
    with Session(plan(made)) as session:
        notes = "\n".join(session.store.notes)
        assert session.finished
    for name in ("exports/my_own", "data/frames/notes", "data/frames/.DS_Store", "exports/README"):
        assert f"{made / name} is none of this dataset's shards" in notes
    assert execute(plan(made)).dataset_hash == before == dataset_hash(made)
    assert {name: (made / name).read_bytes() for name in mine} == mine


def test_arrays_that_unpack_to_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("qpos.npy", bytes(2**20))
    assert len(packed.getvalue()) < 2**12
    monkeypatch.setattr(datasets, "ARRAYS_LIMIT", 2**19)
    with pytest.raises(DatasetError, match="unpacks to 1048576 bytes"):
        load_arrays(packed.getvalue(), "t0000-e00.npz")


@pytest.mark.parametrize("raw", [b"", b"PK", b"no zip at all", b"PK\x03\x04" + bytes(40)])
def test_arrays_that_are_none_are_refused(raw: bytes) -> None:
    with pytest.raises(DatasetError, match=r"t0000-e00\.npz is damaged"):
        load_arrays(raw, "t0000-e00.npz")


def test_a_spec_that_is_a_link_is_refused(made: Path, tmp_path: Path) -> None:
    (made / "spec.json").rename(tmp_path / "spec.json")
    os.symlink(tmp_path / "spec.json", made / "spec.json")
    with pytest.raises(DatasetError, match="is a link"):
        Dataset(made)
    with pytest.raises(DatasetError, match="is a link"):
        execute(plan(made))
