"""Processes with folders of their own exchange shards, with FAKE stages and a folder as bucket."""

from __future__ import annotations

import json
import random
import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_stages import fake_stages, replay

from cousins.flows.run import Summary, execute
from cousins.flows.session import RunRequest
from cousins.flows.verify import verify
from cousins.generators.store.exchange.bundle import read_bundle, write_bundle
from cousins.generators.store.exchange.claims import MEMBERS, ObjectClaims
from cousins.generators.store.exchange.objects import ObjectStore, OutageError
from cousins.generators.store.exchange.store import ExchangeStore
from cousins.generators.store.joint import ClaimLostError
from cousins.generators.store.staging import ShardWriter, StagedShard, record_of
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

obstore = pytest.importorskip("obstore")

TEXT = "name: crash\ntasks: {count: 4}\nepisodes: {per_task: 3}\nexport: [coco]\n"
SPEC = parse_spec(TEXT)
PLACE = ("scenes", "t0003")
KEY = "abc"


def nothing(*_: object) -> None:
    """Does nothing."""


def always(*_: object) -> bool:
    """Says yes."""
    return True


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/bucket"


@pytest.fixture
def objects(url: str) -> ObjectStore:
    return ObjectStore(url)


@pytest.fixture
def two(objects: ObjectStore) -> Iterator[tuple[ObjectClaims, ObjectClaims]]:
    one, other = ObjectClaims(objects), ObjectClaims(objects)
    yield one, other
    one.close()
    other.close()


def run(out: Path, url: str, **changes: object) -> Summary:
    plan = RunRequest(SPEC, out, fake_stages(), exports=SPEC.export, exchange=url)
    return execute(replace(plan, **changes))  # type: ignore[arg-type]


def staged(root: Path, content: bytes = b"hello") -> StagedShard:
    writer = ShardWriter.create(root, *PLACE)
    writer.add("scenes.jsonl", content)
    writer.add("deep/picture.png", b"\x89PNG" * 100)
    return writer.finish({"scenes": 1}, 1)


# --- objects -----------------------------------------------------------------------------------


def test_an_object_is_created_once(objects: ObjectStore) -> None:
    assert objects.create("a/b", b"one")
    assert not objects.create("a/b", b"two")
    assert objects.read("a/b") == b"one"
    objects.put("a/b", b"three")
    assert objects.read("a/b") == b"three"
    assert list(objects.names("a")) == ["a/b"]
    objects.remove("a/b")
    objects.remove("a/b")
    assert objects.read("a/b") is None


def test_an_object_that_is_too_large_is_not_read(objects: ObjectStore) -> None:
    objects.put("a", b"12345")
    with pytest.raises(DatasetError, match="has 5 bytes; at most 4 are read"):
        objects.read("a", limit=4)


@pytest.mark.parametrize("wrong", ["bucket/folder", "ftp://host/x", "s3://", "s3:///"])
def test_an_address_of_no_known_kind_is_refused(wrong: str) -> None:
    with pytest.raises(DatasetError, match="no place to exchange shards: expected an address"):
        ObjectStore(wrong)


def test_a_service_that_never_answers_ends_the_run_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _nobody(monkeypatch, "FIRST_PATIENCE", 0.3)
    with pytest.raises(OutageError, match=r"s3://x/y gives no answer since \d+ s"):
        ObjectStore("s3://x/y").read("a")


def test_a_service_that_was_there_is_waited_for_and_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _nobody(monkeypatch, "PAUSES", (0.01, 0.01))
    found, told = ObjectStore("s3://x/y", patience=0.2), list[str]()
    monkeypatch.setattr(found, "_answered", True)
    found.told = told.append
    with pytest.raises(OutageError, match="what is done is kept"):
        found.read("a")
    assert told == ["s3://x/y gives no answer; it is tried again and again"]
    found.stop()
    with pytest.raises(OutageError, match="the run ends"):
        found.read("a")


def _nobody(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """Nobody listens at the address of the service."""
    monkeypatch.setattr(f"cousins.generators.store.exchange.objects.{name}", value)
    for key, said in (
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(key, said)


# --- claims ------------------------------------------------------------------------------------


def test_a_claim_is_one_process_s_until_it_gives_it_up(
    two: tuple[ObjectClaims, ObjectClaims],
) -> None:
    one, other = two
    assert one.take(PLACE)
    assert one.take(PLACE), "its own claim is no obstacle"
    assert not other.take(PLACE)
    assert other.take(("scenes", "t00031")), "a name that begins alike is another"
    other.release(PLACE)
    assert one.owns(PLACE), "nobody gives up what another has"
    one.release(PLACE)
    assert other.take(PLACE)
    other.close()
    assert one.take(PLACE), "who leaves gives up its claims"


def test_a_claim_lapses_when_its_process_gives_no_sign(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ObjectClaims, "_beat", nothing)
    dead, other, third = (ObjectClaims(objects, lease=0.4) for _ in range(3))
    assert dead.take(PLACE)
    assert not other.take(PLACE), "the first look starts the lease"
    until = time.monotonic() + 10
    while not other.take(PLACE):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not dead.owns(PLACE)
    assert other.owns(PLACE)
    assert not third.take(PLACE)
    other.release(PLACE)
    assert third.take(PLACE), "all generations went with the last"


def test_an_outage_in_which_nobody_looked_ends_no_claim(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ObjectClaims, "_beat", nothing)
    alive, other = ObjectClaims(objects, lease=0.2), ObjectClaims(objects, lease=0.2)
    assert alive.take(PLACE)
    assert not other.take(PLACE)
    time.sleep(0.3)  # longer than a lease, and nobody looks
    assert not other.take(PLACE)
    assert alive.owns(PLACE)


# --- bundles -----------------------------------------------------------------------------------


def test_a_bundle_has_the_same_bytes_wherever_it_is_made_and_comes_out_as_it_went_in(
    tmp_path: Path,
) -> None:
    prepared = staged(tmp_path)
    record = record_of(*PLACE, KEY, prepared, {"tasks/b00000": "x"})
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    write_bundle(one, record, prepared.folder)
    write_bundle(other, record, staged(tmp_path / "elsewhere").folder)
    assert one.read_bytes() == other.read_bytes()
    found, unpacked = read_bundle(one, tmp_path / "third", PLACE, KEY)
    assert found == record
    assert (unpacked.files, unpacked.sizes) == (prepared.files, prepared.sizes)
    assert (unpacked.folder / "scenes.jsonl").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("cut", "its bundle is damaged"),
        ("content", "scenes.jsonl is not what its record says"),
        ("longer", "scenes.jsonl is not what its record says"),
        ("more", "does not hold the files that its record names"),
        ("climb", "does not hold the files that its record names"),
        ("none", "its bundle is damaged"),
        ("key", "its record has another key"),
        ("place", "is the record of scenes/t0003"),
        ("seal", "does not match its seal"),
        ("bomb", "more than 1100 times its own size"),
        ("method", "packed by another method than deflate"),
        ("nested", "paths that cannot be"),
    ],
)
def test_a_bundle_from_a_stranger_is_checked(tmp_path: Path, damage: str, said: str) -> None:
    prepared = staged(tmp_path)
    record = record_of(*PLACE, KEY, prepared, {})
    path = tmp_path / "b.zip"
    write_bundle(path, record, prepared.folder)
    with zipfile.ZipFile(path) as bundle:
        content = {name: bundle.read(name) for name in bundle.namelist()}
    place, key = PLACE, KEY
    match damage:
        case "content":
            content["files/scenes.jsonl"] = b"hellp"
        case "longer":
            content["files/scenes.jsonl"] = b"hello" * 10
        case "more":
            content["files/other"] = b""
        case "climb":
            content["files/../../../x"] = content.pop("files/scenes.jsonl")
        case "none":
            del content["record.json"]
        case "key":
            key = "another"
        case "place":
            place = ("scenes", "t0004")
        case "seal":
            changed = json.loads(content["record.json"])
            content["record.json"] = json.dumps(changed | {"items": 2}).encode()
        case "bomb":
            large = dict.fromkeys(record.sizes, 1 << 40)
            told = record.model_copy(update={"sizes": large}).sealed()
            content["record.json"] = told.canonical_json().encode()
        case "nested":
            prefix = "data/scenes/t0003"
            names = (f"{prefix}/scenes.jsonl", f"{prefix}/scenes.jsonl/x")
            digest = record.files[names[0]]
            both = {"files": dict.fromkeys(names, digest), "sizes": dict.fromkeys(names, 5)}
            told = record.model_copy(update=both).sealed()
            hello = dict.fromkeys(("files/scenes.jsonl", "files/scenes.jsonl/x"), b"hello")
            content = {"record.json": told.canonical_json().encode(), **hello}
        case _:
            pass
    method = zipfile.ZIP_LZMA if damage == "method" else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as bundle:
        for name, data in content.items():
            bundle.writestr(name, data)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    root = tmp_path / "third"
    with pytest.raises(DatasetError, match=said):
        read_bundle(path, root, place, key)
    assert not [file for file in root.rglob("*") if file.is_file()], "nothing of it is left"


def test_a_bundle_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    prepared = staged(tmp_path)
    record = record_of(*PLACE, KEY, prepared, {})
    path, draws = tmp_path / "b.zip", random.Random(1)
    write_bundle(path, record, prepared.folder)
    whole, refused = path.read_bytes(), 0
    for number in range(400):
        changed = bytearray(whole)
        for _ in range(draws.randint(1, 4)):
            changed[draws.randrange(len(changed))] = draws.randrange(256)
        path.write_bytes(changed)
        try:
            found, _ = read_bundle(path, tmp_path / f"out{number}", PLACE, KEY)
        except DatasetError:
            refused += 1
        else:
            assert found == record
    assert refused > 200


# --- the store ---------------------------------------------------------------------------------


def test_what_one_process_has_committed_another_finds(tmp_path: Path, url: str) -> None:
    with (
        ExchangeStore(tmp_path / "one", SPEC, "fake-1", url) as one,
        ExchangeStore(tmp_path / "other", SPEC, "fake-1", url) as other,
    ):
        assert one.claims.take(PLACE)
        made = one.commit(*PLACE, KEY, staged(one.root), {"tasks/b00000": "x"})
        assert other.look(*PLACE, KEY) is not None
        assert other.record(*PLACE) == made
        assert other.look(*PLACE, "another key") is None
        assert one.dataset_hash() == other.dataset_hash()


def test_who_comes_second_throws_its_own_away_and_takes_what_is_there(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        ExchangeStore(tmp_path / "one", SPEC, "fake-1", url) as one,
        ExchangeStore(tmp_path / "other", SPEC, "fake-1", url) as other,
    ):
        with pytest.raises(ClaimLostError):
            other.commit(*PLACE, KEY, staged(other.root), {})
        monkeypatch.setattr(ObjectClaims, "owns", always)
        one.commit(*PLACE, KEY, staged(one.root), {})
        with pytest.raises(ClaimLostError):
            other.commit(*PLACE, KEY, staged(other.root, b"other bytes"), {})
        assert other.look(*PLACE, KEY) is not None
        assert other.record(*PLACE) == one.record(*PLACE)


def test_a_folder_that_was_made_before_gives_what_it_has(tmp_path: Path, url: str) -> None:
    alone = run(tmp_path / "one", "")
    given = run(tmp_path / "one", url)
    taken = run(tmp_path / "other", url)
    assert (given.shards_made, taken.shards_made) == (0, 0)
    assert alone.dataset_hash == given.dataset_hash == taken.dataset_hash
    assert verify(tmp_path / "other", 1, replay).problems == ()


def test_an_object_that_is_damaged_is_made_again_and_replaced(tmp_path: Path, url: str) -> None:
    first = run(tmp_path / "one", url)
    bucket = tmp_path / "bucket" / "shards"
    (broken,) = (bucket / "scenes" / "t0002").iterdir()
    whole = broken.read_bytes()
    broken.write_bytes(whole[:100])
    second = run(tmp_path / "other", url)
    assert second.shards_made == 1
    assert second.dataset_hash == first.dataset_hash
    assert broken.read_bytes() == whole
    assert run(tmp_path / "third", url).shards_made == 0


def test_a_file_that_is_damaged_here_is_fetched_again(tmp_path: Path, url: str) -> None:
    first = run(tmp_path / "one", url)
    place = tmp_path / "one" / "data" / "episodes" / "t0001"
    shutil.rmtree(place)
    again = run(tmp_path / "one", url)
    assert again.shards_made == 0
    assert again.dataset_hash == first.dataset_hash


def test_nothing_is_left_at_the_address_but_shards(tmp_path: Path, url: str) -> None:
    run(tmp_path / "one", url)
    files = [path for path in (tmp_path / "bucket").rglob("*") if path.is_file()]
    assert files
    assert {path.relative_to(tmp_path / "bucket").parts[0] for path in files} == {"shards"}
    assert not list((tmp_path / "bucket").glob(f"{MEMBERS}/*"))


def test_specs_that_differ_share_what_they_have_in_common(tmp_path: Path, url: str) -> None:
    run(tmp_path / "one", url)
    more = parse_spec(TEXT.replace("count: 4", "count: 5"))
    grown = run(tmp_path / "other", url, spec=more)
    alone = run(tmp_path / "third", "", spec=more)
    assert grown.dataset_hash == alone.dataset_hash
    assert grown.shards_made < alone.shards_made
