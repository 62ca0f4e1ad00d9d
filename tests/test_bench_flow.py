"""The benchmarks of engines and of growing datasets, in their smallest form."""

from __future__ import annotations

from pathlib import Path

import pytest

from cousins.flows.bench import engines, measure, scale
from cousins.flows.engines import ENGINES
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import BackendMissingError


def test_engines_are_compared_with_local_and_missing_ones_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashes: dict[str, str] = {}
    cost = {"local": 0.010, "prefect": 0.040, "dask": 0.020}

    def told(name: str, out: Path, tasks: int, seed: int) -> tuple[float, list[engines.Mark], str]:
        """Two workers of which each takes a pause for scenes, and the cost for every shard."""
        if name == "ray":
            raise BackendMissingError("no ray here")
        assert seed == 4
        now, marks = 100.0, [("tasks", 100.0)]
        for number in range(2 * tasks):
            stage = ("scenes", "frames")[number % 2]
            now += (cost[name] + (engines.PAUSE if stage == "scenes" else 0)) / engines.WORKERS
            marks.append((stage, now))
        return 3.0, marks, hashes.get(name, "one")

    monkeypatch.setattr(engines, "_measure", told)
    result = measure("engines", small=True, seed=4)
    assert set(result["engines"]) | set(result["missing"]) == set(ENGINES.names())
    for name, seconds in cost.items():
        found = result["engines"][name]
        assert found["overhead_seconds"] == pytest.approx(seconds)
        assert found["start_seconds"] == pytest.approx(3.0)
        expected = (30 + cost["local"]) / (30 + seconds)
        assert found["efficiency_at_30_s"] == pytest.approx(expected, abs=1e-4)
    assert result["missing"] == {"ray": "no ray here"}
    assert result["same_hash"]
    hashes["dask"] = "another"
    assert not measure("engines", small=True, seed=4)["same_hash"]


def test_a_real_engine_makes_all_of_the_empty_shards(tmp_path: Path) -> None:
    start, marks, made = engines._measure("local", tmp_path, 2, 0)  # pyright: ignore[reportPrivateUsage]
    assert start > 0
    assert made == dataset_hash(tmp_path)
    assert sorted(stage for stage, _ in marks) == [*["frames"] * 2, *["scenes"] * 2, "tasks"]


def test_a_growing_dataset_is_made_and_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "SMALL", (20, 300))
    result = measure("scale", small=True, seed=2)
    assert [row["items"] for row in result["sizes"]] == [20, 300]
    assert list(result["resume_seconds"]) == ["2e1", "3e2"]
    assert result["append_per_second"]["3e2"] == pytest.approx(
        1 / result["sizes"][1]["append_seconds_per_item"], rel=0.01
    )
    assert [row["shards"] for row in result["sizes"]] == [1 + 3 * 2, 2 + 3 * 30]
    assert all(row["resume_seconds"] > 0 for row in result["sizes"])
    assert all(row["append_seconds_per_item"] > 0 for row in result["sizes"])
