"""Processes that know nothing of each other make one dataset in one folder, with FAKE stages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fake_stages
import pytest

from cousins.flows.run import execute
from cousins.flows.session import RunRequest, Session
from cousins.flows.verify import verify
from cousins.generators.store.claims import LinkClaims
from cousins.generators.store.index import RecordIndex
from cousins.generators.store.joint import ClaimLostError, JointStore
from cousins.generators.store.staging import ShardWriter, StagedShard
from cousins.generators.store.writer import Store
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: crash\ntasks: {count: 8}\nepisodes: {per_task: 3}\nexport: [coco]\n"
SPEC = parse_spec(TEXT)
PLACE = ("scenes", "t0003")


def nothing(*_: object) -> None:
    """Does nothing."""


def always(*_: object) -> bool:
    """Says yes."""
    return True


@pytest.fixture
def _dead(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """Processes give no sign, as if they had died, and a lease is over at once."""
    monkeypatch.setattr(LinkClaims, "_beat", nothing)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[LinkClaims, LinkClaims]]:
    with LinkClaims(tmp_path) as one, LinkClaims(tmp_path) as other:
        yield one, other


def test_a_claim_is_one_process_s_until_it_gives_it_up(two: tuple[LinkClaims, LinkClaims]) -> None:
    one, other = two
    assert one.take(PLACE)
    assert one.take(PLACE), "its own claim is no obstacle"
    assert not other.take(PLACE)
    assert other.take(("scenes", "t0004"))
    assert other.take(("episodes", "t0003"))
    other.release(PLACE)
    assert one.owns(PLACE), "nobody gives up what another has"
    one.release(PLACE)
    assert other.take(PLACE)
    assert (one.owns(PLACE), other.owns(PLACE)) == (False, True)


@pytest.mark.usefixtures("_dead")
def test_a_claim_lapses_once_its_holder_has_given_no_sign_for_a_lease(tmp_path: Path) -> None:
    one = LinkClaims(tmp_path, lease=0.0)
    with LinkClaims(tmp_path, lease=0.0) as second, LinkClaims(tmp_path, lease=0.0) as third:
        assert one.take(PLACE)
        assert not second.take(PLACE), "at the first look nothing is known of it"
        os.utime(one._file, ns=(1, 1))  # pyright: ignore[reportPrivateUsage]
        assert not second.take(PLACE), "it has just given a sign"
        assert not third.take(PLACE)
        assert second.take(PLACE)
        assert second.owns(PLACE)
        assert not one.owns(PLACE)
        third.take(PLACE)
        assert second.owns(PLACE), "what has lapsed is taken over once"
        one.release(PLACE)
        assert second.owns(PLACE), "the dead one does not take it back"
    one.close()


def test_leaving_gives_up_everything(tmp_path: Path) -> None:
    with LinkClaims(tmp_path) as one:
        one.take(PLACE)
    assert [path for path in (tmp_path / "claims").rglob("*") if path.is_file()] == []


def prepared(root: Path, content: bytes) -> StagedShard:
    writer = ShardWriter.create(root, "tasks", "b00000")
    writer.add("x.json", content)
    return writer.finish({"tasks": 1}, 1)


def test_who_lost_its_claim_commits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("tasks", "b00000")
    with JointStore(tmp_path, SPEC) as one, JointStore(tmp_path, SPEC) as other:
        assert (one.alone, other.alone) == (True, False)
        late = prepared(tmp_path, b"late")
        assert other.claims.take(place)
        with pytest.raises(ClaimLostError, match="tasks/b00000 was taken over"):
            one.commit(*place, "k", late)
        made = other.commit(*place, "k", prepared(tmp_path, b"first"))
        assert one.find(*place, "k") == made, "what another has made is found"
        other.claims.release(place)

        # The claim is lost, and the other one commits, after the look at the claim.
        monkeypatch.setattr(one, "_records", RecordIndex(tmp_path))
        monkeypatch.setattr(one.claims, "owns", always)
        with pytest.raises(ClaimLostError):
            one.commit(*place, "k", prepared(tmp_path, b"later"))
    assert (tmp_path / "data/tasks/b00000/x.json").read_bytes() == b"first"
    assert not (tmp_path / "claims").exists(), "the last one tidies up"


def test_who_joins_and_who_does_not_keep_off_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cousins.generators.store.files.JOIN_TRIES", 1)
    monkeypatch.setattr("cousins.generators.store.files.JOIN_PAUSE", 0.0)
    execute(plan(tmp_path))
    with JointStore(tmp_path, SPEC, "fake-1"):
        with pytest.raises(DatasetError, match="in use by another run"):
            Store(tmp_path, SPEC, "fake-1")
        with pytest.raises(DatasetError, match="being written by processes that joined"):
            verify(tmp_path, 1, fake_stages.replay)
        with pytest.raises(DatasetError, match="from another spec, or with other versions"):
            JointStore(tmp_path, parse_spec(TEXT.replace("8", "9")), "fake-1")
    with (
        Store(tmp_path, SPEC, "fake-1"),
        pytest.raises(DatasetError, match=f"process {os.getpid()}"),
    ):
        JointStore(tmp_path, SPEC, "fake-1")


def plan(out: Path) -> RunRequest:
    return RunRequest(SPEC, out, fake_stages.fake_stages(), exports=SPEC.export)


def test_one_that_joins_nobody_makes_the_same_dataset(tmp_path: Path) -> None:
    calm = execute(plan(tmp_path / "calm"))
    joined = replace(plan(tmp_path / "joined"), join=True, lease=1.0)
    summary = execute(joined)
    assert summary.dataset_hash == calm.dataset_hash
    assert summary.counts == calm.counts
    next((tmp_path / "joined/data/scenes/t0002").glob("assets/*")).write_text("damaged")
    (tmp_path / "joined/manifest/frames/t0002.json").unlink()
    assert execute(joined).dataset_hash == calm.dataset_hash, "damage is mended on the way"
    # The second one to come finds the dataset finished, and does nothing to it.
    with Session(joined):
        assert execute(joined).shards_made == 0


def test_a_shard_whose_claim_was_lost_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = execute(plan(tmp_path / "calm"))
    answers = iter([True, True, False])
    real = LinkClaims.owns

    def owns(claims: LinkClaims, place: tuple[str, str]) -> bool:
        return next(answers, True) and real(claims, place)

    monkeypatch.setattr(LinkClaims, "owns", owns)
    joined = execute(replace(plan(tmp_path / "joined"), join=True, lease=1.0))
    assert joined.dataset_hash == calm.dataset_hash
    assert next(answers, None) is None
    assert joined.shards_made == calm.shards_made
