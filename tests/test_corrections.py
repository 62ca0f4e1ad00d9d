"""Failures of a policy become demonstrations that begin where it failed."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from rolled import APPLE, attempt, stored

from cousins.flows.corrections import with_failures
from cousins.flows.environments.making import setting_of
from cousins.flows.evaluation.policies import policy_ref
from cousins.flows.evaluation.rolling import RollJob, roll
from cousins.flows.evaluation.suites import spec_of
from cousins.flows.graph import Graph
from cousins.flows.keys import read_by
from cousins.flows.run import RunRequest, execute
from cousins.flows.stages import production
from cousins.flows.training import train_policy
from cousins.generators.dataset import Dataset
from cousins.generators.evaluation.failures import FailureStore, gather
from cousins.generators.learners.records.cards import TrainSpec
from cousins.scenes.assets.library import AssetLibrary
from cousins.schemas import (
    DatasetError,
    DatasetSpec,
    RolloutRecord,
    Shortcoming,
    SpecError,
    SuiteSpec,
    TaskSpec,
)
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.physics.replay import replay

SPEC = """
name: corrected
tasks: {given: inside apple basket}
episodes: {per_task: 2, max_seconds: 30, from: {evaluation: judged}}
"""


@lru_cache(maxsize=1)
def judged(root: Path) -> tuple[Path, RolloutRecord]:
    """An evaluation in which a policy dropped the apple, by hand."""
    one = attempt()
    dataset = stored(root / "set", one)
    scenes = root / "scenes"
    (scenes / "assets").mkdir(parents=True)
    (scenes / "0.json").write_text(one.scene.canonical_json())
    for digest, asset in one.assets.items():
        (scenes / "assets" / f"{digest}.json").write_text(asset.canonical_json())
    job = RollJob(
        policy=policy_ref("python:policies_for_tests:Drops"),
        spec=dataset.spec,
        setting=setting_of(dataset, APPLE, max_seconds=one.episode.steps / one.episode.hz),
        scene=scenes / "0.json",
        number=7,
        seed=0,
        latency=0,
        suite="mine",
        keep=root / "judged",
        states=2,
    )
    record = roll(job)
    gather(root / "judged", [("mine", record)], APPLE, "policy", "dataset")
    return root / "judged", record


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory.mktemp("corrections"))[0]


def apples(
    spec: DatasetSpec, start: int, stop: int, earlier: tuple[TaskSpec, ...], library: AssetLibrary
) -> tuple[TaskSpec, ...]:
    return (APPLE,)


def spec_in(folder: Path, text: str = SPEC) -> DatasetSpec:
    path = folder / "spec.yaml"
    path.write_text(text)
    return with_failures(load_spec(path))


def test_a_failed_rollout_keeps_where_it_went_wrong(evaluation: Path) -> None:
    record = judged(evaluation.parent)[1]
    assert (record.success, record.cause) == (False, Shortcoming.MISPLACED)
    (kept,) = FailureStore(evaluation).failures.rollouts
    assert (kept.suite, kept.rollout, kept.cause) == ("mine", 7, Shortcoming.MISPLACED)
    assert len(kept.steps) == len(kept.progress) == 2
    # The last of them is the end; the first is where most was reached, and that came later than
    # the beginning.
    assert 0 < kept.steps[0] < kept.steps[1] <= record.steps
    assert kept.progress[0] > kept.progress[1]


def test_the_planner_finishes_from_where_a_policy_failed(evaluation: Path, tmp_path: Path) -> None:
    spec = spec_in(evaluation.parent)
    stages = replace(production(), name="apples", propose=apples)
    execute(RunRequest(spec, tmp_path / "out", stages, until="episodes"))
    dataset, store = Dataset(tmp_path / "out"), FailureStore(evaluation)
    scenes = {scene.id: scene for scene in dataset.scenes()}
    episodes = list(dataset.episodes())
    assert [one.id for one in episodes] == ["t0000-e00", "t0000-e01"]
    assert [one.success for one in episodes] == [True, True]
    for number, episode in enumerate(episodes):
        state, record = store.start(number)
        assert episode.start == record
        assert (record.suite, record.rollout) == ("mine", 7)
        assert episode.subtasks[0].start > 0  # the hand leaves first what it was at
        scene, arrays = scenes[episode.scene], dataset.arrays(episode)
        assert np.array_equal(arrays.initial_state, state)
        again = replay(scene, dataset.assets_of(scene), APPLE, episode, arrays)
        assert (again.success, again.max_error) == (True, 0.0)
    # The apple lies elsewhere in the end than where the scene would have it.
    first = dataset.arrays(episodes[1]).qpos[0]
    column = attempt().apple_height
    assert np.linalg.norm(first[:7] - attempt().arrays.qpos[0, :7]) > 0.05
    assert first[column] == pytest.approx(attempt().arrays.qpos[0, column], abs=0.05)


def test_keys_follow_the_failures_and_not_their_place(evaluation: Path, tmp_path: Path) -> None:
    def keys(spec: DatasetSpec) -> list[str]:
        graph = Graph(tmp_path, spec, production(), "1")
        return [graph.key(stage, "a", read_by(spec), []) for stage in ("scenes", "episodes")]

    spec = spec_in(evaluation.parent)
    shutil.copytree(evaluation, tmp_path / "judged")
    assert keys(spec_in(tmp_path)) == keys(spec)
    index = tmp_path / "judged/failures/failures.json"
    index.write_text(index.read_text().replace('"rollout":7', '"rollout":8'))
    changed = keys(spec_in(tmp_path))
    assert all(a != b for a, b in zip(changed, keys(spec), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SPEC.replace("per_task: 2", "per_task: 3"), "ask for at most `per_task: 2`"),
        (SPEC.replace("judged}", f"judged, digest: {'a' * 64}}}"), "Leave `digest` out"),
    ],
)
def test_what_does_not_fit_the_failures_is_refused(
    text: str, expected: str, evaluation: Path
) -> None:
    with pytest.raises(SpecError) as caught:
        spec_in(evaluation.parent, text)
    assert expected in str(caught.value)
    assert caught.value.place[:2] == ("episodes", "from")


def test_other_tasks_missing_and_changed_files_are_refused(
    evaluation: Path, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match="cousins evaluate --out"):
        spec_in(tmp_path)
    store = FailureStore(evaluation)
    with pytest.raises(
        SpecError, match=r"is of the task 'Do it\.'; t0000 of this spec is"
    ) as caught:
        store.of_task(APPLE.model_copy(update={"bddl": "(other)", "instruction": "No."}))
    assert caught.value.place == ("episodes", "from")
    shutil.copytree(evaluation, tmp_path / "judged")
    (states,) = (tmp_path / "judged/failures/states").iterdir()
    states.write_bytes(states.read_bytes()[:-8] + b"\0" * 8)
    with pytest.raises(DatasetError, match="was changed; run `cousins evaluate` again"):
        FailureStore(tmp_path / "judged").start(0)


def test_a_spec_without_failures_is_written_as_before() -> None:
    plain = parse_spec("name: x\nepisodes: {per_task: 2}")
    assert "from" not in plain.model_dump(mode="json")["episodes"]
    assert with_failures(plain) == plain
    begun = parse_spec(SPEC)
    # What judges a policy that learnt from corrections makes scenes anew.
    assert spec_of("far", SuiteSpec(), begun).episodes.from_ is None
    assert DatasetSpec.from_json(begun.canonical_json()) == begun


def test_a_policy_learns_from_a_dataset_and_its_corrections(tmp_path: Path) -> None:
    one = attempt()
    first = stored(tmp_path / "first", one)
    second = stored(tmp_path / "second", one)
    nearest = TrainSpec(policy="nearest", chunk=1)
    alone = train_policy(first.root, nearest, tmp_path / "alone")
    both = train_policy(first.root, nearest, tmp_path / "both", also=(second.root,))
    assert (alone.demonstrations, both.demonstrations) == (1, 2)
    assert both.dataset == "rolled+rolled"
    assert both.dataset_hash != alone.dataset_hash
    other = replace(one, task=one.task.model_copy(update={"bddl": "(other)"}))
    third = stored(tmp_path / "third", other)
    with pytest.raises(DatasetError, match="has none of the tasks 'Do it"):
        train_policy(first.root, nearest, tmp_path / "none", also=(third.root,))
    episodes = {"hz": 20}
    fourth = stored(tmp_path / "fourth", one, episodes=episodes)
    with pytest.raises(DatasetError, match=r"its `episodes.hz` is 20, that of .* is 10"):
        train_policy(first.root, nearest, tmp_path / "faster", also=(fourth.root,))
