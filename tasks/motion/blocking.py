"""Errors of searches: what was in the way of a candidate, and what most candidates failed of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...schemas import Cause, Failure, PlanningError, SkillCause
from .obstacles import Collision, Obstacle


class BlockedError(PlanningError):
    """Candidates were refused because something was in the way.

    Attributes:
        by: how many of them each obstacle blocked.
    """

    def __init__(
        self, cause: Cause | SkillCause | Failure, detail: str, by: Counter[Obstacle]
    ) -> None:
        """Keep what was hit beside the cause."""
        self.by = by
        super().__init__(cause, detail)


def blocked(detail: str, collision: Collision) -> BlockedError:
    """One candidate that hits something; the sentence ends in what it hits."""
    by = Counter([collision.obstacle])
    return BlockedError(Cause.COLLISION, f"{detail} {collision.phrase}", by)


def obstacles(errors: Iterable[PlanningError]) -> Counter[Obstacle]:
    """How many of the errors each obstacle is the main reason of."""
    found: Counter[Obstacle] = Counter()
    for error in errors:
        if isinstance(error, BlockedError) and error.by:
            found[error.by.most_common(1)[0][0]] += 1
    return found


def mostly(cause: Cause | SkillCause, refused: Counter[Failure]) -> Failure:
    """The failure of a search, with what most of its candidates were refused for."""
    return Failure(cause, refused.most_common(1)[0][0] if refused else None)


def counted(refused: Counter[Failure]) -> str:
    """The reasons for refusing candidates, the most frequent first: `collision x3, no_path x1`."""
    return ", ".join(f"{failure} x{count}" for failure, count in refused.most_common())
