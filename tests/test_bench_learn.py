"""The benchmark of what policies learn from each style."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cousins.flows.bench import learn, measure
from cousins.generators.evaluation.statistics import wilson
from cousins.generators.learners.records.cards import TrainSpec
from cousins.schemas import DatasetSpec, EvalSpec


def test_it_trains_and_judges_each_style_in_the_same_scenes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[str, int | None]] = []
    trained: list[tuple[str, int, int]] = []
    judged: list[tuple[str, int, Path | None]] = []

    def generate(spec: DatasetSpec, out: Path) -> None:
        made.append((spec.episodes.style, spec.episodes.demonstrations))
        assert spec.tasks.given
        out.mkdir()

    def train(root: Path, spec: TrainSpec, out: Path, *, count: int) -> None:
        trained.append((root.name, spec.seed, count))
        out.mkdir()

    def evaluate(
        policy: str, spec: EvalSpec, out: Path, workers: int, *, scenes: Path
    ) -> SimpleNamespace:
        del out
        assert (workers, Path(policy).is_dir()) == (0, True)
        judged.append((Path(policy).name, spec.rollouts, scenes))
        won = 4 if Path(policy).name.startswith("consistent") else 1
        return SimpleNamespace(suites=[SimpleNamespace(successes=won)])

    amount = learn.SMALL.__class__(demonstrations=5, rollouts=6, seeds=2, steps=3, seconds=1.0)
    fakes: dict[str, Callable[..., Any]] = {
        "generate": generate, "train_policy": train, "evaluate": evaluate,
    }  # fmt: skip
    for name, fake in fakes.items():
        monkeypatch.setattr(learn, name, fake)
    monkeypatch.setattr(learn, "SMALL", amount)
    found = measure("learn", small=True, seed=7)
    assert made == [("consistent", 5), ("diverse", 5)]
    assert trained == [
        ("consistent", 7, 5), ("consistent", 8, 5), ("diverse", 7, 5), ("diverse", 8, 5),
    ]  # fmt: skip
    assert len({scenes for _, _, scenes in judged}) == 1
    assert (found["demonstrations"], found["rollouts"], found["seeds"]) == (5, 6, 2)
    assert found["consistent"]["success"] == pytest.approx(8 / 12, abs=1e-4)
    assert found["consistent"]["success_by_seed"] == pytest.approx([4 / 6, 4 / 6], abs=1e-4)
    assert found["consistent"]["ci95"] == pytest.approx(wilson(8, 12), abs=1e-4)
    assert found["diverse"]["success"] == pytest.approx(2 / 12, abs=1e-4)
