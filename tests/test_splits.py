"""Splits and nested training sizes of exports."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from datasets import FixtureConfig, build_dataset
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.generators.dataset import Dataset
from cousins.generators.quality.curation import curate
from cousins.generators.splits import held_out, training_order, training_sizes

ATTEMPTS = st.dictionaries(
    st.integers(0, 99).map(lambda n: f"e{n:02d}"),
    st.tuples(st.integers(0, 9), st.integers(0, 4)),
    min_size=1,
)


@given(ATTEMPTS)
def test_every_beginning_has_all_tasks_alike(made: dict[str, tuple[int, int]]) -> None:
    scenes = {name: f"s{task}-{scene}" for name, (scene, task) in made.items()}
    tasks = {name: f"t{task}" for name, (_, task) in made.items()}
    order = training_order(scenes, tasks)
    held = held_out(scenes.values())
    assert set(order) == {name for name in made if scenes[name] not in held}
    assert len(order) == len(set(order))
    totals = {task: sum(tasks[name] == task for name in order) for task in tasks.values()}
    for size in range(1, len(order) + 1):
        counts = {task: sum(tasks[name] == task for name in order[:size]) for task in totals}
        most = max(counts.values())
        assert all(count >= min(most - 1, totals[task]) for task, count in counts.items())


def test_sizes_are_below_the_whole() -> None:
    assert training_sizes(5) == ()
    assert training_sizes(6) == (5,)
    assert training_sizes(1001) == (5, 10, 20, 50, 100, 200, 500, 1000)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = FixtureConfig(tasks=3, per_task=4, failures=1, frames=False, videos=False)
    return build_dataset(tmp_path_factory.mktemp("splits") / "set", config)


def test_curated_splits_are_by_scene_and_sizes_are_nested(dataset: Dataset) -> None:
    won = {x.id: x for x in dataset.episodes() if x.success}
    train, val = (set(curate(dataset, near=0, split=x).kept) for x in ("train", "val"))
    assert train | val == set(won)
    assert not train & val
    held = held_out(x.scene for x in won.values())
    assert {won[name].scene for name in val} == held
    sets = [set(curate(dataset, near=0, size=n).kept) for n in range(1, len(train) + 1)]
    assert [len(found) for found in sets] == list(range(1, len(train) + 1))
    assert all(small < large for small, large in pairwise(sets))
    assert sets[-1] == train
    assert {won[name].task for name in sets[2]} == {"t0000", "t0001", "t0002"}


def test_the_command_lists_them(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "five.txt"

    def call(*words: str) -> str:
        done = CliRunner().invoke(app, ["curate", str(dataset.root), "--near", "0", *words])
        return f"{done.exit_code} {done.output}"

    told = json.loads(call("--size", "5", "--out", str(path), "--json").partition(" ")[2])
    assert len(told["kept"]) == 5
    assert told["elsewhere"] == told["demonstrations"] - 5
    assert path.read_text(encoding="utf-8").splitlines()[1:] == told["kept"]
    refused = call("--size", "50", "--out", str(path))
    assert refused.startswith("2 ")
    assert "50 demonstrations to train with are wanted; there are 9" in refused
    assert "--size is of training sets" in call("--split", "val", "--size", "2")
