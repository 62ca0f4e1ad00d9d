"""An error that knows what was in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..schemas import PlanningError


class BlockedError(PlanningError):
    """Candidates were refused because something was in the way.

    Attributes:
        by: how many of them each thing blocked, by scene name.
    """

    def __init__(self, cause: str, message: str, by: Counter[str]) -> None:
        """Keep what was hit beside the cause."""
        self.by = by
        super().__init__(cause, message)


def blocked(message: str, hit: str) -> BlockedError:
    """One candidate that hits something, named as `CollisionWorld.hit` names it."""
    return BlockedError("collision", f"{message} {hit}", Counter([hit.split(" with the ")[0]]))


def obstacles(errors: Iterable[PlanningError]) -> Counter[str]:
    """How many of the errors each thing is the main reason of."""
    found: Counter[str] = Counter()
    for error in errors:
        if isinstance(error, BlockedError) and error.by:
            found[error.by.most_common(1)[0][0]] += 1
    return found
