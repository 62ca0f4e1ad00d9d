"""The searches for a plan in an episode's trace, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from ..schemas import Episode, TraceEvent


def plan_searches(episode: Episode) -> Iterator[list[TraceEvent]]:
    """The events of each search, in order; one begins where a start is expanded.

    What comes before the first start that was traced is a search of its own.
    """
    events: list[TraceEvent] = []
    for event in episode.trace:
        if event.stage != "symbolic" or event.node is None:
            continue
        if event.node == 0 and events:
            yield events
            events = []
        events.append(event)
    if events:
        yield events
