"""Quality by task on motions with known answers: still, smooth, jerky, repeated, contradictory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.generators.dataset import Dataset
from cousins.generators.quality.assessment import assess
from cousins.generators.quality.curation import curate
from cousins.generators.quality.duplicates import duplicates, outline
from cousins.generators.quality.labels import evenness, label_balance
from cousins.generators.quality.measures import Array
from cousins.generators.quality.motion import chatter, idle_share, rms_jerk
from cousins.generators.quality.neighbours import EPSILON, neighbourhood
from cousins.schemas import EpisodeArrays

HZ = 10.0


def arrays(tool: Array, command: Array) -> EpisodeArrays:
    """An episode whose tool does not turn."""
    count = len(command)
    pose = np.column_stack([tool, np.tile((1.0, 0.0, 0.0, 0.0), (len(tool), 1))])
    joints = np.zeros((count, 8), dtype=np.float32)
    joints[:, -1] = command
    return EpisodeArrays(
        initial_state=np.zeros(3), actions=joints, qpos=np.zeros((count + 1, 9)),
        qvel=np.zeros((count + 1, 9)), tool=pose,
        gripper=np.concatenate([[command[0]], command]).astype(np.float32),
    )  # fmt: skip


def line(count: int, length: float) -> Array:
    return np.linspace([0, 0, 0], [length, 0, 0], count)


def test_idle_time_is_that_in_which_nothing_moves() -> None:
    still = np.zeros((20, 3))
    moving = line(21, 1.0)[1:]
    track = np.vstack([still, moving])
    command = np.full(39, 0.04)
    assert idle_share(arrays(track, command), HZ) == pytest.approx(19 / 39)
    assert idle_share(arrays(np.zeros((40, 3)), command), HZ) == 1.0
    closing = np.linspace(0.08, 0.0, 39)  # steps of 2 mm: the gripper is at work
    assert idle_share(arrays(np.zeros((40, 3)), closing), HZ) == pytest.approx(1 / 39)


def test_jerk_of_a_cubic_is_constant_and_of_a_line_zero() -> None:
    times = np.arange(30) / HZ
    cubic = np.column_stack([times**3, 0 * times, 0 * times])
    assert rms_jerk(cubic, HZ) == pytest.approx(6.0)  # d3(t^3)/dt3
    assert rms_jerk(line(30, 1.0), HZ) == pytest.approx(0, abs=1e-9)
    assert rms_jerk(line(3, 1.0), HZ) is None


def test_chatter_counts_reversals_per_minute() -> None:
    command = np.tile([0.08, 0.0], 30)  # 6 s at 10 Hz, 58 reversals
    assert chatter(command, HZ) == pytest.approx(580)
    assert chatter(np.linspace(0.08, 0.0, 60), HZ) == 0
    assert chatter(0.04 + 0.0002 * np.tile([1, -1], 30), HZ) == 0  # noise


def test_equal_states_with_equal_actions_do_not_diverge() -> None:
    rng = np.random.default_rng(3)
    states = np.repeat(rng.uniform(size=(50, 2)) * 100, 4, axis=0)
    attempts = np.tile(np.arange(4), 50)
    policy = np.column_stack([states[:, 0]])
    steps = rng.normal(size=states.shape)
    same = neighbourhood(states, policy, steps, attempts)
    uniform = neighbourhood(states, rng.uniform(size=(200, 1)), steps, attempts)
    assert same is not None
    assert uniform is not None
    assert same.action_divergence == pytest.approx(0, abs=0.05)
    assert uniform.action_divergence > 0.5  # of four of a population of variance 1
    assert same.state_similarity >= 3  # the three other attempts were there too
    assert same.epsilon == EPSILON


def test_steps_that_vary_more_have_more_entropy() -> None:
    rng = np.random.default_rng(5)
    states, actions = np.zeros((100, 2)), np.zeros((100, 1))
    wide = rng.normal(size=(100, 2))
    round_ones = neighbourhood(states[:50], actions[:50], wide[:50], np.arange(50))
    assert round_ones is not None
    # ln(2 pi e) for two axes of variance 1
    assert round_ones.transition_diversity == pytest.approx(2.84, abs=0.1)
    flat = neighbourhood(states, actions, wide * [1, 0], np.arange(100))
    assert flat is not None
    assert flat.transition_diversity is not None
    assert flat.transition_diversity < 0


def test_a_repeated_attempt_is_found_at_any_pace() -> None:
    once, slower = (
        arrays(line(40, 0.5), np.full(39, 0.04)),
        arrays(line(80, 0.5), np.full(79, 0.04)),
    )
    other = arrays(line(40, 0.5) + np.array([0, 0.05, 0]), np.full(39, 0.04))
    paths = {"a": outline(once), "b": outline(slower), "c": outline(other)}
    assert duplicates(paths) == {"b": "a"}
    assert duplicates(paths, near=0.1) == {"b": "a", "c": "a"}


def test_evenness_is_1_for_equal_counts() -> None:
    assert evenness([5, 5, 5]) == pytest.approx(1)
    assert evenness([9]) == 1
    assert 0 < evenness([98, 1, 1]) < 0.2


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = FixtureConfig(tasks=2, per_task=3, failures=1, videos=False)
    return build_dataset(tmp_path_factory.mktemp("assessment") / "set", config)


def test_a_dataset_is_judged_by_task_and_over_all(dataset: Dataset) -> None:
    found = assess(dataset)
    assert set(found.tasks) == {"t0000", "t0001"}
    assert (found.overall.success.successes, found.overall.success.attempts) == (5, 6)
    # The fixture's attempts at a task differ in nothing but their pace.
    assert [found.tasks[task].duplicates for task in ("t0000", "t0001")] == [1, 2]
    assert found.overall.duplicates == 3
    assert found.overall.seconds == pytest.approx(
        sum(x.steps for x in dataset.episodes() if x.success) / HZ
    )
    assert found.labels == label_balance(dataset.frames())
    assert found.labels is not None
    assert found.labels.occlusion is None
    assert found.task_balance < 1


def test_curation_keeps_one_of_each_kind_and_the_smoothest(dataset: Dataset) -> None:
    found = curate(dataset)
    assert (found.kept, found.duplicates, found.surplus) == (("t0000-e0", "t0001-e0"), 3, 0)
    everything = curate(dataset, near=0.0)
    assert len(everything.kept) == everything.demonstrations == 5
    assert len(curate(dataset, near=0.0, balance=True).kept) == 4
    assert len(curate(dataset, near=0.0, per_task=1).kept) == 2


def test_commands_answer_in_json_and_write_the_list(dataset: Dataset, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["quality", str(dataset.root), "--json"])
    assert json.loads(answer.stdout) == assess(dataset).model_dump(mode="json")
    path = tmp_path / "ids.txt"
    command = ["curate", str(dataset.root), "--out", str(path), "--json"]
    told = json.loads(CliRunner().invoke(app, command).stdout)
    assert path.read_text().splitlines()[1:] == told["kept"] == ["t0000-e0", "t0001-e0"]
    table = CliRunner().invoke(app, ["quality", str(dataset.root)]).stdout
    assert "5/6" in table
