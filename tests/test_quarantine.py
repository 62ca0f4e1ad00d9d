"""Shards that fail again and again are left out where that is allowed, with FAKE stages."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

import fake_stages
import pytest
from typer.testing import CliRunner

from cousins.flows.allowance import Allowance
from cousins.flows.cli import app
from cousins.flows.clusters.shards import result_of
from cousins.flows.damage import gaps, shard_damage
from cousins.flows.making import run_shard
from cousins.flows.pool import JobError, guarded
from cousins.flows.run import Summary, run_session
from cousins.flows.session import RunRequest, Session
from cousins.flows.status import status
from cousins.flows.summaries import as_markdown
from cousins.flows.verify import Verification, repair, verify
from cousins.flows.work import Job, Result, Stages
from cousins.generators import quarantine
from cousins.generators.dataset import Dataset
from cousins.generators.quarantine import QuarantineRecord
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import Asset, DatasetError, RunError, Scene, TaskSpec
from cousins.schemas.spec_file import parse_spec

TEXT = "name: torn\ntasks: {count: 4}\nepisodes: {per_task: 2}\nexport: [coco]\n"
SICK = "SICK_TASK"
"""Environment variable: the FAKE stages below fail for the task of this id."""


def sick(task: TaskSpec) -> bool:
    return os.environ.get(SICK) == task.id


def unforeseen(*arguments: object) -> tuple[Scene, dict[str, Asset]]:
    """FAKE: an error that no check has foreseen, in one task."""
    task = arguments[1]
    assert isinstance(task, TaskSpec)
    if sick(task):
        raise ZeroDivisionError("a sick scene")
    return fake_stages.build_scene(*arguments)  # type: ignore[arg-type]


def plan(out: Path, share: float = 0.3, text: str = TEXT) -> RunRequest:
    spec = parse_spec(text)
    stages: Stages = replace(
        fake_stages.fake_stages(),
        build_scene=unforeseen,
    )
    return RunRequest(spec, out, stages, 1, exports=spec.export, allow_failures=share)


@dataclass(frozen=True)
class SamePool:
    """FAKE pool: jobs run in this process, and what goes wrong is told as a worker tells it."""

    deadly: str = ""
    """The name of a job that is told to have killed its processes."""

    def run(self, name: str, argument: Job) -> Result:
        if name == self.deadly:
            raise JobError(f"{name}: its process died 3 times", lost="died")
        return result_of(name, guarded(run_shard, argument))

    def close(self) -> None:
        """Nothing to end."""


def make(asked: RunRequest, deadly: str = "") -> Summary:
    with Session(asked) as session:
        return run_session(session, pool=SamePool(deadly))


def test_an_allowed_failure_is_recorded_shown_and_tried_again_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = make(plan(tmp_path / "calm"))
    assert calm.dataset_hash == make(plan(tmp_path / "strict", 0.0)).dataset_hash
    monkeypatch.setenv(SICK, "t0001")
    out = tmp_path / "torn"
    torn = make(plan(out))
    (record,) = Dataset(out).quarantined()
    assert (record.place, record.kind, record.tries) == (("scenes", "t0001"), "failed", 2)
    assert "ZeroDivisionError: a sick scene" in record.log
    assert list(torn.quarantined) == ["scenes/t0001"]
    assert torn.counts["scenes"] == 6
    assert [r.shard for r in Dataset(out).records("frames")] == ["t0000", "t0002", "t0003"]
    assert "a sick scene" in as_markdown(Dataset(out), torn, None)

    found = status(out, plan(out).stages)
    assert found.finished
    assert found.stages["scenes"].quarantined == 1
    assert "a sick scene" in found.quarantined["scenes/t0001"]
    checked = verify(out, 1, fake_stages.replay)
    assert checked.problems == ()
    assert "a sick scene" in checked.quarantined[0]

    monkeypatch.delenv(SICK)
    with Session(plan(out)) as session:
        assert session.finished, "what was left out is not tried without being asked"
    assert make(plan(out)).shards_made == 0
    healed = make(replace(plan(out), retry_quarantined=True))
    assert healed.shards_made == 3 + 1  # scenes, episodes and frames, and the export of all
    assert healed.dataset_hash == calm.dataset_hash
    assert list(Dataset(out).quarantined()) == []


def test_without_an_allowance_what_was_left_out_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SICK, "t0001")
    make(plan(tmp_path))
    with pytest.raises(RunError, match=r"scenes/t0001: .*a sick scene") as caught:
        make(plan(tmp_path, 1e-9))
    assert "1 of 4 shards failed, more than --allow-failures 1e-09" in str(caught.value)
    monkeypatch.delenv(SICK)
    assert make(plan(tmp_path, 0.0)).shards_made == 4


def test_a_shard_that_kills_its_process_is_left_out(tmp_path: Path) -> None:
    summary = make(plan(tmp_path), deadly="episodes/t0003")
    (record,) = Dataset(tmp_path).quarantined()
    assert (record.place, record.kind, record.tries) == (("episodes", "t0003"), "died", 3)
    assert "its process died" in record.message
    assert summary.counts["scenes"] == 8
    assert [*gaps(Dataset(tmp_path))] == []


def test_a_repair_leaves_out_what_was_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SICK, "t0001")
    before = make(plan(tmp_path)).dataset_hash
    next((tmp_path / "data/frames/t0002").rglob("*.png")).unlink()
    assert len([*shard_damage(Dataset(tmp_path))]) == 1
    repair(tmp_path, 1, plan(tmp_path).stages)
    assert dataset_hash(tmp_path) == before


def test_further_scenes_make_up_for_those_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "name: torn\ntasks: {count: 1}\nepisodes: {demonstrations: 12}\n"
    stages = replace(fake_stages.fake_stages(), build_scene=fail_in_the_second_shard)
    summary = make(replace(plan(tmp_path, 0.9, text), stages=stages))
    assert [r.shard for r in Dataset(tmp_path).records("scenes")] == ["t0000", "t0000-c002"]
    assert list(summary.quarantined) == ["scenes/t0000-c001"]


def fail_in_the_second_shard(*arguments: object) -> tuple[Scene, dict[str, Asset]]:
    """FAKE: scenes 10 to 19 fail in an expected way."""
    index = arguments[2]
    assert isinstance(index, int)
    if 10 <= index < 20:
        raise RunError("a flat tyre")
    return fake_stages.build_scene(*arguments)  # type: ignore[arg-type]


def test_batches_of_tasks_and_exports_are_never_left_out(tmp_path: Path) -> None:
    allowance = Allowance(tmp_path, 1.0)
    with Session(plan(tmp_path)) as session:
        (unit,) = session.new_graph().start()
    assert not allowance.try_again(unit, JobError("x"))
    assert not allowance.leaves_out(unit, JobError("x"))
    assert not (tmp_path / quarantine.FOLDER).exists()


def test_a_damaged_record_is_named_and_its_shard_tried(tmp_path: Path) -> None:
    record = QuarantineRecord(
        stage="scenes", shard="t0001", key="k", kind="hung", message="x", tries=2
    )
    quarantine.put(tmp_path, record)
    assert quarantine.find(tmp_path, "scenes", "t0001") == record
    path = tmp_path / "quarantine/scenes/t0001.json"
    path.rename(path.with_stem("t0002"))
    with pytest.raises(DatasetError, match="is the record of scenes/t0001; remove it"):
        list(quarantine.quarantined(tmp_path))
    assert quarantine.find(tmp_path, "scenes", "t0002") is None
    assert quarantine.find(tmp_path, "scenes", "t0003") is None


def test_verify_names_what_was_left_out_where_something_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Verification("hash", 1, 0, 0, 0.0, (), ("scenes/t0001: a sick scene",))

    def told(*_: object) -> Verification:
        return found

    monkeypatch.setattr("cousins.flows.verify.verify", told)
    answer = CliRunner().invoke(app, ["verify", str(tmp_path), "--json"])
    assert json.loads(answer.output)["quarantined"] == ["scenes/t0001: a sick scene"]
    shown = CliRunner().invoke(app, ["verify", str(tmp_path)])
    assert (shown.exit_code, "a sick scene" in shown.output) == (0, True)
