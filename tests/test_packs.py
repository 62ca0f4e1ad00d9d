"""Records in packs: all are found, whatever ends who packs them, and whatever hits a file."""

from __future__ import annotations

import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import fake_stages
import pytest
from fake_stages import replay

from cousins.flows.run import execute
from cousins.flows.session import RunRequest, Session
from cousins.flows.verify import repair, verify
from cousins.generators import packs
from cousins.generators.dataset import Dataset
from cousins.generators.durable import sync
from cousins.generators.packs import Pack, brief_of, line_of, record_of
from cousins.generators.records import record_files
from cousins.generators.shards import EXPORTS, STAGES, ShardRecord
from cousins.generators.store import index
from cousins.generators.store.identity import dataset_hash
from cousins.generators.store.joint import JointStore
from cousins.generators.store.writer import Store
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: packed\ntasks: {count: 27}\nepisodes: {per_task: 2}\nexport: [coco]\n"
SPEC = parse_spec(TEXT)
SHARDS = 2 + 3 * 27 + 1
ALL = (*STAGES, EXPORTS)


def plan(out: Path) -> RunRequest:
    return RunRequest(SPEC, out, fake_stages.fake_stages(), exports=SPEC.export)


def opened(out: Path) -> Store:
    return Store(out, SPEC, Dataset(out).library_version)


def records(out: Path) -> list[ShardRecord]:
    return [record for stage in ALL for record in Dataset(out).records(stage)]


def loose(out: Path) -> int:
    return sum(1 for stage in ALL for _ in record_files(out, stage))


def pack_of(out: Path) -> Path:
    ((_, path),) = packs.packs(out)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A dataset whose records are a file each, and its hash."""
    out = tmp_path_factory.mktemp("files") / "dataset"
    made = execute(plan(out)).dataset_hash
    assert loose(out) == SHARDS
    return out, made


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are packed from 20 on."""
    monkeypatch.setattr(index, "FILES", 20)


@pytest.fixture
def copy(files: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A copy, its records a file each."""
    return shutil.copytree(files[0], tmp_path / "copy"), files[1]


@pytest.fixture
def packed(copy: tuple[Path, str], few: None) -> tuple[Path, str]:
    """A copy, all its records in a pack."""
    del few
    opened(copy[0]).close()
    assert (loose(copy[0]), len(packs.packs(copy[0]))) == (0, 1)
    return copy


def test_a_run_packs_its_records_and_no_byte_of_the_dataset_changes(
    files: tuple[Path, str], few: None, tmp_path: Path
) -> None:
    del few
    out = tmp_path / "dataset"
    assert execute(plan(out)).dataset_hash == files[1] == dataset_hash(out)
    assert loose(out) < 20
    assert pack_of(out).stem > "records-000001", "packs were replaced while the dataset grew"
    assert records(out) == records(files[0])
    with Session(plan(out)) as session:
        assert session.finished
    assert execute(plan(out)).shards_made == 0
    found = verify(out, 1, replay)
    assert (found.problems, found.dataset_hash) == ((), files[1])


def test_a_dataset_of_files_is_packed_when_it_is_opened(packed: tuple[Path, str]) -> None:
    out, right = packed
    with opened(out) as store:
        assert store.dataset_hash() == dataset_hash(out) == right
        assert sum(1 for _ in store.briefs()) == SHARDS
        assert [x.place for x in store.briefs()] == [x.place for x in store.records()]
        assert [x.content for x in store.briefs()] == [x.content for x in store.records()]
    assert execute(plan(out)).shards_made == 0


class Killed(BaseException):
    """Stands for signal 9."""


@pytest.mark.parametrize("again", [False, True], ids=["first", "next"])
def test_ended_at_any_step_of_packing_no_record_is_lost_or_found_twice(
    copy: tuple[Path, str], again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many renames, removals and syncs the process ends; the next goes on from there."""
    out, right = copy
    whole = records(out)
    if again:  # an older pack is replaced, of which two records are marked and files again
        with monkeypatch.context() as patch:
            patch.setattr(index, "FILES", 20)
            opened(out).close()
    state, unlink, replace = {"left": 0}, Path.unlink, Path.replace

    def counted() -> None:
        state["left"] -= 1
        if state["left"] < 0:
            raise Killed

    def dying_unlink(path: Path, missing_ok: bool = False) -> None:
        counted()
        unlink(path, missing_ok=missing_ok)

    def dying_sync(path: Path) -> None:
        counted()
        sync(path)

    def dying_replace(path: Path, target: Path) -> Path:
        counted()
        return replace(path, target)

    ended = 0
    for steps in range(200):
        if again:
            remark(out, whole, monkeypatch)
        state["left"] = steps
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", dying_unlink)
            patch.setattr(Path, "replace", dying_replace)
            patch.setattr("cousins.generators.store.index.sync", dying_sync)
            patch.setattr("cousins.generators.durable.sync", dying_sync)
            store = index.RecordIndex(out)
            store.load(refuse)
            try:
                store.put_into_pack()
            except Killed:
                ended += 1
            finally:
                store.close()
        assert records(out) == whole, f"after {steps} steps"
        assert dataset_hash(out) == right
        if steps > state["left"] >= 0:
            break
    assert ended >= (6 if again else 12)
    assert (loose(out), len(packs.packs(out))) == (0, 1)
    assert execute(plan(out)).shards_made == 0


def remark(out: Path, whole: list[ShardRecord], monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a record out of the pack, and put it there again as a file: mark and file are there."""
    with monkeypatch.context() as patch:
        patch.setattr(index, "FILES", 10**6)
        found = index.RecordIndex(out)
        found.load(refuse)
        for place in (("frames", "t0003"), ("scenes", "t0011")):
            found.remove(place)
            found.put(next(record for record in whole if record.place == place))
        found.close()


def refuse(path: Path, error: DatasetError) -> None:
    """Nothing may be damaged."""
    raise AssertionError(f"{path}: {error}")


def test_a_shard_that_is_taken_away_is_away_for_everyone_until_it_is_made_anew(
    packed: tuple[Path, str],
) -> None:
    out, right = packed
    whole = records(out)
    with opened(out) as store:
        record = store.record("frames", "t0004")
        assert record is not None
        store.discard(record)
        assert store.look("frames", "t0004", record.key) is None
        assert [x for x in records(out) if x not in whole] == []
        assert len(records(out)) == SHARDS - 1
    assert (out / "manifest/frames/t0004.gone").is_file()
    assert any("frames" in problem for problem in verify(out, 1, replay).problems)
    # The frames, and the export, which is a function of all shards, of which none has changed.
    assert execute(plan(out)).shards_made == 1
    assert records(out) == whole
    assert dataset_hash(out) == right


def flip(path: Path, rng: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(raw))


def truncate(path: Path, rng: random.Random) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: rng.randrange(len(raw))])


def drop(path: Path, rng: random.Random) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[rng.randrange(1, len(lines))]
    path.write_bytes(b"".join(lines))


def exchange(path: Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(path.stat().st_size))


@pytest.mark.parametrize(
    ("kind", "most"), [(flip, 8), (drop, 4), (truncate, SHARDS), (exchange, SHARDS)]
)
@pytest.mark.parametrize("seed", range(3))
def test_damage_to_a_pack_is_found_and_costs_the_lines_that_it_hit(
    packed: tuple[Path, str], kind: Callable[[Path, random.Random], None], most: int, seed: int
) -> None:
    out, right = packed
    kind(pack_of(out), random.Random(f"{kind.__name__} {seed}"))
    problems = verify(out, 1, replay).problems
    assert any("is damaged" in problem and ".tsv" in problem for problem in problems)
    with pytest.raises(DatasetError, match="finish the dataset again"):
        list(Dataset(out).records("frames"))
    if seed:
        made = execute(plan(out))
        assert made.dataset_hash == right
        assert 0 <= made.shards_made <= most
    else:
        assert repair(out, 1, fake_stages.fake_stages()) != ()
    assert verify(out, 1, replay).problems == ()
    assert dataset_hash(out) == right


def test_a_pack_that_is_away_is_missed(packed: tuple[Path, str]) -> None:
    out, right = packed
    pack_of(out).unlink()
    assert verify(out, 1, replay).problems != ()
    assert execute(plan(out)).dataset_hash == right


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\tt0003\t", b"\t../t0\t"), (b"frames\t", b"report\t"), (b"frames\t", b"\xff\t")],
)
def test_a_stranger_s_pack_names_no_place_outside(
    packed: tuple[Path, str], old: bytes, new: bytes
) -> None:
    out, _ = packed
    path = pack_of(out)
    lines = path.read_bytes().splitlines(keepends=True)
    forged = [forge(line, old, new) if b"\tframes\tt0003\t" in line else line for line in lines]
    path.write_bytes(b"".join(forged))
    pack = Pack.newest(out)
    pack.close()
    assert "1 records are lost" in pack.damage
    assert len(pack) == SHARDS - 1


def forge(line: bytes, old: bytes, new: bytes) -> bytes:
    """A line that says something else, under a checksum that is right."""
    rest = line[9:].replace(old, new, 1)
    assert rest != line[9:]
    return b"%08x\t%s" % (zlib.crc32(rest), rest)


def test_a_line_that_contradicts_its_record_is_refused(files: tuple[Path, str]) -> None:
    record = next(Dataset(files[0]).records("frames"))
    line = line_of(record.canonical_json().encode(), record.place, "here")
    assert record_of(line, "here") == record
    assert brief_of(line).content == record.content
    other = forge(line, record.key.encode(), b"0" * 64)
    with pytest.raises(DatasetError, match="contradicts itself"):
        record_of(other, "here")
    with pytest.raises(DatasetError, match="here is the record of frames/"):
        line_of(record.canonical_json().encode(), ("frames", "t0009"), "here")


def test_old_records_without_a_seal_are_packed_as_they_are(files: tuple[Path, str]) -> None:
    record = next(Dataset(files[0]).records("scenes")).model_copy(update={"seal": "", "sizes": {}})
    line = line_of(record.canonical_json().encode(), record.place, "here")
    assert record_of(line, "here") == record
    assert brief_of(line).sizes == {}


@pytest.mark.parametrize("length", [1, 500, 5_000, 300_000])
def test_long_records_are_read_whole(tmp_path: Path, length: int) -> None:
    files = {f"data/scenes/t0000/{n:06d}": "0" * 64 for n in range(max(1, length // 100))}
    told = {"stage": "scenes", "shard": "t0000", "key": "k", "items": 1, "files": files}
    sizes = dict.fromkeys(files, 1)
    record = ShardRecord.model_validate({**told, "sizes": sizes}).sealed()
    line = line_of(record.canonical_json().encode(), record.place, "here")
    packs.write_pack(tmp_path, 1, [line, line.replace(b"t0000", b"t0001")], 2)
    pack = Pack.newest(tmp_path)
    assert pack.record(record.place) == record
    assert pack.damage != "", "the other line's checksum is that of this one"
    pack.close()


def test_a_pack_that_is_a_link_is_not_followed(packed: tuple[Path, str], tmp_path: Path) -> None:
    out, _ = packed
    path = pack_of(out)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="is a link"):
        list(Dataset(out).records("tasks"))
    with pytest.raises(DatasetError, match="is a link"):
        opened(out)


def test_who_joins_finds_what_is_packed_and_what_others_take_out_of_it(
    packed: tuple[Path, str],
) -> None:
    out, _ = packed
    version = Dataset(out).library_version
    with JointStore(out, SPEC, version) as one, JointStore(out, SPEC, version) as other:
        record = one.record("frames", "t0004")
        assert record is not None
        assert other.look(*record.place, record.key) is not None
        other.discard(record)
        assert other.look(*record.place, record.key) is None
        assert one.look(*record.place, record.key) is None, "its files are away"
        assert one.record(*record.place) is None, "and its record too"


def test_processes_that_join_leave_the_packing_to_one_that_is_alone(
    copy: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, right = copy
    version = Dataset(out).library_version
    with JointStore(out, SPEC, version) as one:
        monkeypatch.setattr(index, "FILES", 20)
        one.tidy()
        assert (loose(out), packs.packs(out)) == (SHARDS, [])
    with JointStore(out, SPEC, version) as one:
        assert one.alone
        assert (loose(out), len(packs.packs(out))) == (0, 1)
        assert one.dataset_hash() == right
