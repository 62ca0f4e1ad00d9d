"""How an episode was found, for the page: the tree of plans, and what each subtask tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ...schemas import Episode, TraceEvent
from ..plan_searches import plan_searches

NODES = 60
"""Nodes of one episode's trees that are shown; the chosen ones always are."""


@dataclass(frozen=True)
class TreeRow:
    """A node of the search for a plan, as a row of an outline.

    Attributes:
        depth: skills from the start to here.
        skill: that leads here, such as `open(drawer)`; `start` at the root.
        why: the purpose of a chosen skill, else empty.
        chosen: whether it is on the way that was taken.
    """

    depth: int
    skill: str
    why: str
    chosen: bool


@dataclass(frozen=True)
class CandidateCount:
    """What one subtask considered in one stage.

    Attributes:
        stage: grasp, placement, motion, or execution.
        refused: why candidates were refused, and how many; the most frequent first.
        chosen: what was taken, in order; empty where nothing was.
    """

    stage: str
    refused: tuple[tuple[str, int], ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class SubtaskSearch:
    """A subtask and everything that was tried for it."""

    sentence: str
    success: bool
    tried: tuple[CandidateCount, ...]


@dataclass(frozen=True)
class Search:
    """The search of one episode.

    Attributes:
        tree: rows of its searches for a plan, the first one's first.
        expanded: states that these expanded.
        left_out: nodes that are not shown.
        subtasks: those that tried something.
    """

    tree: tuple[TreeRow, ...]
    expanded: int
    left_out: int
    subtasks: tuple[SubtaskSearch, ...]


def search_of(episode: Episode) -> Search | None:
    """What its trace tells; None where that is nothing."""
    rows = [row for events in plan_searches(episode) for row in _rows(events)]
    subtasks = tuple(
        SubtaskSearch(part.sentence, part.success, tried)
        for number, part in enumerate(episode.subtasks)
        if (tried := _tried([x for x in episode.trace if x.subtask == number]))
    )
    if not rows and not subtasks:
        return None
    shown = _shown(rows)
    return Search(
        tree=tuple(shown),
        expanded=sum(x.stage == "symbolic" and x.event == "expand" for x in episode.trace),
        left_out=len(rows) - len(shown),
        subtasks=subtasks,
    )


def _rows(events: list[TraceEvent]) -> Iterator[TreeRow]:
    """The outline of a search: a node, then all that follows it."""
    nodes: dict[int | None, TraceEvent] = {}
    for event in events:
        nodes.setdefault(event.node, event)
    chosen = {event.node: event.reason for event in events if event.event == "choose"}
    followers: dict[int | None, list[int | None]] = {}
    for number, event in nodes.items():
        known = event.parent if event.parent in nodes else None
        followers.setdefault(known, []).append(number)
    waiting = [(number, 0) for number in reversed(followers.get(None, []))]
    while waiting:
        number, depth = waiting.pop()
        event = nodes[number]
        start = event.parent is None
        yield TreeRow(
            depth=depth,
            skill="start" if start else event.subject,
            why=chosen.get(number, ""),
            chosen=number in chosen or (start and bool(chosen)),
        )
        waiting += [(x, depth + 1) for x in reversed(followers.get(number, []))]


def _shown(rows: list[TreeRow]) -> list[TreeRow]:
    """All that was chosen, and of the others the first."""
    room = NODES - sum(row.chosen for row in rows)
    shown: list[TreeRow] = []
    for row in rows:
        if row.chosen or room > 0:
            shown.append(row)
            room -= not row.chosen
    return shown


def _tried(events: list[TraceEvent]) -> tuple[CandidateCount, ...]:
    """By stage, in the order in which stages first appear."""
    stages = dict.fromkeys(x.stage for x in events if x.stage != "symbolic")
    return tuple(
        CandidateCount(
            stage=stage,
            refused=tuple(
                Counter(
                    x.reason
                    for x in events
                    if x.stage == stage and x.event in ("reject", "fail", "backtrack")
                ).most_common()
            ),
            chosen=tuple(x.subject for x in events if x.stage == stage and x.event == "choose"),
        )
        for stage in stages
    )
