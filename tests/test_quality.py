"""Quality measures on motions whose values are known in closed form."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset

from cousins.generators.quality import measures as quality
from cousins.schemas import Episode

HZ = 200.0


def minimum_jerk(duration: float = 1.0, distance: float = 1.0) -> quality.Array:
    """Speed of the minimum-jerk motion: 30 t^2 (1 - t)^2 in units of its duration."""
    t = np.linspace(0, 1, round(duration * HZ) + 1)
    return distance / duration * 30 * t**2 * (1 - t) ** 2


def episode(task: str, skills: list[tuple[str, bool]], cause: str | None = None) -> Episode:
    parts: list[dict[str, object]] = [
        {"skill": s, "arguments": [], "sentence": s, "start": 0, "end": 1, "success": ok}
        for s, ok in skills
    ]
    return Episode.model_validate(
        {"id": "e", "task": task, "scene": "s", "seed": (0,), "instruction": "do", "steps": 1,
         "success": cause is None, "cause": cause, "hz": 10, "subtasks": parts}
    )  # fmt: skip


def test_path_efficiency_of_a_line_an_arc_and_a_detour() -> None:
    line = np.linspace([0, 0, 0], [1, 2, 3], 20)
    assert quality.path_efficiency(line) == pytest.approx(1)
    angle = np.linspace(0, math.pi, 2000)
    arc = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    assert quality.path_efficiency(arc) == pytest.approx(2 / math.pi, rel=1e-5)
    there_and_back = np.vstack([line, line[::-1]])
    assert quality.path_efficiency(there_and_back) == pytest.approx(0)
    assert quality.path_efficiency(np.zeros((5, 3))) is None


def test_ldlj_of_the_minimum_jerk_motion() -> None:
    # (30 t^2 (1-t)^2)'' = 30 (2 - 12 t + 12 t^2), whose square integrates to 720; peak 15/8.
    expected = -math.log(720 / (15 / 8) ** 2)
    found = quality.log_dimensionless_jerk(minimum_jerk(), HZ)
    assert found == pytest.approx(expected, abs=2e-3)
    scaled = quality.log_dimensionless_jerk(minimum_jerk(3.0, 0.2), HZ)
    assert scaled == pytest.approx(expected, abs=2e-3)


def test_sparc_of_a_gaussian_speed_profile() -> None:
    # Its spectrum is exp(-ln 20 u^2) over u = f / fc in [0, 1], whatever its width.
    u = np.linspace(0, 1, 20_001)
    slope = -2 * math.log(20) * u * np.exp(-math.log(20) * u**2)
    height = np.sqrt(1 + slope**2)
    expected = -float((height[1:] + height[:-1]).mean() / 2)
    t = np.arange(0, 10, 1 / HZ)
    for width in (0.15, 0.4):
        found = quality.spectral_arc_length(np.exp(-(((t - 5) / width) ** 2) / 2), HZ)
        assert found == pytest.approx(expected, abs=5e-3)


def test_hesitation_is_less_smooth() -> None:
    once = minimum_jerk()
    twice = np.concatenate([minimum_jerk(), np.zeros(40), minimum_jerk()])
    for measure in (quality.log_dimensionless_jerk, quality.spectral_arc_length):
        smooth, halting = measure(once, HZ), measure(twice, HZ)
        assert smooth is not None
        assert halting is not None
        assert halting < smooth < 0
        assert measure(np.zeros(50), HZ) is None
        assert measure(once[:3], HZ) is None


def test_coverage_counts_cells_and_their_evenness() -> None:
    corners = np.array([[0.01, 0.01], [0.01, 0.11], [0.11, 0.01], [0.11, 0.11]])
    even = quality.coverage(corners)
    assert even is not None
    assert (even.occupied, even.cells) == (4, 9)
    assert even.effective == pytest.approx(4)
    crowded = quality.coverage(np.vstack([corners, np.repeat(corners[:1], 96, axis=0)]))
    assert crowded is not None
    assert crowded.occupied == 4
    assert crowded.effective < 1.3
    assert quality.coverage(np.empty((0, 2))) is None


def test_bins_are_shared_between_datasets() -> None:
    rows = np.array([[0.01, -0.01], [0.04, -0.04], [0.06, -0.01]])
    assert quality.unique_bins(rows, (0.05, 0.05)).tolist() == [[0, -1], [1, -1]]
    assert len(quality.unique_bins(rows[:2], (0.05, 0.05))) == 1


def test_success_is_counted_by_skill_plan_length_and_cause() -> None:
    episodes = [
        episode("a", [("pick", True), ("place_on", True)]),
        episode("a", [("pick", False)], "grasp_slipped"),
        episode("b", [("pick", True)]),
        episode("c", [], "no_plan"),
        episode("c", [], "no_plan"),
    ]
    skills = quality.success_by_skill(episodes)
    assert (skills["pick"].successes, skills["pick"].attempts) == (2, 3)
    assert skills["place_on"].share == 1
    lengths = quality.success_by_plan_length(episodes)
    assert {n: (r.successes, r.attempts) for n, r in lengths.items()} == {
        0: (0, 2), 1: (1, 1), 2: (1, 2),
    }  # fmt: skip
    again = episode("a", [("pick", False), ("pick", True), ("place_on", True)])
    assert quality.plan_of([again]) == ("pick", "place_on")
    assert quality.plan_of([episode("d", [("open", False)] * 4, "handle_slipped")]) == ("open",)
    assert list(quality.failures_by_cause(episodes).items()) == [
        ("no_plan", 2), ("grasp_slipped", 1),
    ]  # fmt: skip


def test_a_dataset_is_measured(tmp_path: Path) -> None:
    report = quality.measure(build_dataset(tmp_path, FixtureConfig(videos=False, frames=False)))
    assert (report.success.successes, report.success.attempts) == (3, 4)
    assert report.failures == {"grasp_slipped": 1}
    assert set(report.path_efficiency) == {"pick", "place_on"}
    assert 0.8 < report.path_efficiency["pick"].median <= 1
    assert report.ldlj is not None
    assert report.ldlj.count == 3
    assert report.coverage is not None
    assert report.coverage.positions == 8
    assert 0 < report.state_action_bins <= report.state_actions == 12 + 13 + 16
    assert quality.QualityReport.from_json(report.canonical_json()) == report


def test_a_dataset_without_demonstrations_is_measured(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=1, videos=False, frames=False)
    report = quality.measure(build_dataset(tmp_path, config))
    assert report.success.share == 0
    assert report.ldlj is None
    assert report.path_efficiency == {}
    assert report.state_action_bins == 0
