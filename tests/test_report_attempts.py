"""What the report tells of single attempts: goals over time, searches, misses, and a filter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attempts import Attempt, first_success
from datasets import FixtureConfig, build_dataset
from test_report import browse, text_of
from worlds import make_task

from cousins.generators.images.truth.worlds import facts_at
from cousins.generators.report import searches, timelines, write_report
from cousins.generators.report.searches import TreeRow, search_of
from cousins.generators.report.timelines import goal_rows
from cousins.schemas import Episode, Subtask, TraceEvent

OFF = make_task({"thing": "fire_alarm.n.02"}, "(toggled_on thing)", "(not (toggled_on thing))")
FILTER = """
<script>
addEventListener("load", () => {
  const shown = () => [...document.querySelectorAll(".card")].filter((c) => c.offsetParent).length;
  const bar = document.querySelector("#filter"), counts = [shown()];
  const words = bar.querySelector("input[type=search]");
  const missed = bar.querySelector("input[type=checkbox]");
  const type = (text) => { words.value = text; words.dispatchEvent(new Event("input")); };
  type("plate 3"); counts.push(shown());
  type("  PLATE   bowl "); counts.push(shown());
  type("teapot"); counts.push(shown());
  type(""); missed.click(); counts.push(shown());
  document.documentElement.dataset.counts = JSON.stringify(counts);
  document.documentElement.dataset.told = bar.querySelector("output").textContent;
});
</script>
"""


@pytest.fixture(scope="module")
def attempt(module_cache: Path) -> Attempt:
    return first_success(OFF)


def test_a_goal_is_shown_from_when_it_holds(attempt: Attempt) -> None:
    scene, assets, _, arrays = attempt
    (row,) = goal_rows(OFF, scene, assets, arrays.qpos)
    assert row.literal == "(not (toggled_on thing))"
    assert row.holds
    start, width = row.spans[-1]
    assert start > 5
    assert start + width == pytest.approx(100)


def test_a_goal_that_is_undone_ends_with_a_cross(attempt: Attempt) -> None:
    scene, assets, _, arrays = attempt
    back = np.concatenate([arrays.qpos, arrays.qpos[::-1]])
    (row,) = goal_rows(OFF, scene, assets, back)
    assert not row.holds
    start, width = row.spans[-1]
    assert start + width < 95


def test_states_are_looked_up_a_bounded_number_of_times(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, assets, _, arrays = attempt
    seen: list[object] = []

    def counted(*given: Any) -> Any:
        seen.append(given)
        return facts_at(*given)

    monkeypatch.setattr(timelines, "facts_at", counted)
    goal_rows(OFF, scene, assets, np.repeat(arrays.qpos, 5, axis=0))
    assert len(seen) == timelines.STATES


def test_nothing_done_has_no_timeline(attempt: Attempt) -> None:
    scene, assets, _, arrays = attempt
    assert goal_rows(OFF, scene, assets, arrays.qpos[:1]) == ()


def test_a_real_search_names_its_plan(attempt: Attempt) -> None:
    _, _, episode, _ = attempt
    found = search_of(episode)
    assert found is not None
    assert found.tree[0] == TreeRow(0, "start", "", chosen=True)
    assert [(x.skill, x.why) for x in found.tree if x.why] == [
        ("turn_off(thing)", episode.subtasks[0].sentence)
    ]
    (part,) = found.subtasks
    assert part.success
    assert any(try_.chosen for try_ in part.tried)


def node(number: int, parent: int | None, subject: str, event: str = "expand") -> TraceEvent:
    reason = f"because of {subject}" if event == "choose" else ""
    return TraceEvent.model_validate(
        {"stage": "symbolic", "event": event, "subject": subject, "node": number,
         "parent": parent, "reason": reason, "values": (1.0, 1.0)}
    )  # fmt: skip


def episode(*trace: TraceEvent, subtasks: tuple[Subtask, ...] = ()) -> Episode:
    return Episode(
        id="t0000-e00", task="t0000", scene="t0000-s00", seed=(0,), instruction="Do it.",
        success=True, steps=9, hz=10, trace=trace, subtasks=subtasks,
    )  # fmt: skip


def test_branches_stand_below_what_they_follow() -> None:
    found = search_of(
        episode(
            node(0, None, "start"), node(1, 0, "open(a)"), node(2, 0, "open(b)"),
            node(3, 1, "pick(c)"), node(2, 0, "open(b)", "choose"), node(4, 2, "pick(d)", "choose"),
        )
    )  # fmt: skip
    assert found is not None
    assert [(x.depth, x.skill, x.chosen) for x in found.tree] == [
        (0, "start", True), (1, "open(a)", False), (2, "pick(c)", False),
        (1, "open(b)", True), (2, "pick(d)", True),
    ]  # fmt: skip
    assert [x.why for x in found.tree[3:]] == ["because of open(b)", "because of pick(d)"]
    assert found.expanded == 4


def test_a_second_search_is_a_tree_of_its_own() -> None:
    one = (node(0, None, "start"), node(1, 0, "open(a)", "choose"))
    found = search_of(episode(*one, node(0, None, "start"), node(1, 0, "close(a)", "choose")))
    assert found is not None
    assert [x.skill for x in found.tree] == ["start", "open(a)", "start", "close(a)"]


def test_of_a_large_search_the_chosen_way_is_kept() -> None:
    wide = [node(number, 0, f"open({number})") for number in range(1, 500)]
    found = search_of(episode(node(0, None, "start"), *wide, node(499, 0, "open(499)", "choose")))
    assert found is not None
    assert len(found.tree) == searches.NODES
    assert found.left_out == 500 - searches.NODES
    assert found.tree[-1] == TreeRow(1, "open(499)", "because of open(499)", chosen=True)


def test_refusals_are_counted_by_reason() -> None:
    def of(event: str, reason: str, subject: str = "grasp 0") -> TraceEvent:
        return TraceEvent.model_validate(
            {"stage": "grasp", "event": event, "subject": subject, "reason": reason, "subtask": 0}
        )

    part = Subtask(skill="pick", arguments=("a",), sentence="pick a", start=0, end=9, success=True)
    found = search_of(
        episode(of("reject", "far"), of("reject", "hit"), of("reject", "hit"),
                of("choose", "rim", "grasp 3"), subtasks=(part,))
    )  # fmt: skip
    assert found is not None
    (tried,) = found.subtasks[0].tried
    assert tried.refused == (("hit", 2), ("far", 1))
    assert tried.chosen == ("grasp 3",)


def test_an_untraced_episode_tells_nothing() -> None:
    assert search_of(episode()) is None


def test_misses_are_listed_with_what_was_being_done(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(tasks=2, per_task=2, failures=1))
    missed = [x for x in dataset.episodes() if not x.success]
    html = write_report(dataset, tmp_path).read_text(encoding="utf-8")
    assert missed
    assert f"{len(missed)} attempt that missed the goal" in text_of(html)
    assert f"{missed[0].id} {missed[0].instruction} {missed[0].subtasks[-1].sentence}" in text_of(
        html
    )


def test_tasks_are_filtered_by_words_and_by_misses(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=8, per_task=1, failures=1, videos=False, frames=False)
    dataset = build_dataset(tmp_path / "dataset", config)
    html = write_report(dataset, tmp_path).read_text(encoding="utf-8")
    root = browse(html.replace("</body>", FILTER + "</body>"), tmp_path, 1280)
    assert "error" not in root
    assert json.loads(root["counts"]) == [8, 1, 8, 0, 1]
    assert root["told"] == "1 of 8"


def test_few_tasks_have_no_filter(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False, frames=False))
    assert 'id="filter"' not in write_report(dataset, tmp_path).read_text(encoding="utf-8")
