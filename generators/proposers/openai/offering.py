"""Which categories one request offers: a few of many, others each time, the scene's always."""

from __future__ import annotations

import re

from ....scenes.core.seeds import generator
from ....schemas import DatasetSpec
from ...proposing.catalogue import Catalogue
from ...proposing.offered import OfferedCategory

OFFERED = 40
"""Categories in one request."""
OFFERED_TO_A_WISH = 160
"""Categories in a request for something in particular: what serves it cannot be left to chance."""
HOLDERS = 0.5
"""Share of those offered that others go into or onto, or that open or switch."""


def offer(
    spec: DatasetSpec, catalogue: Catalogue, index: int, needed: frozenset[str] = frozenset()
) -> tuple[OfferedCategory, ...]:
    """The categories that the request for a task offers, by name.

    Args:
        spec: of the dataset.
        catalogue: of the library.
        index: of the task; each draws anew.
        needed: categories that are offered in any case.
    """
    tasks = spec.tasks
    own = needed.union(thing.category for thing in spec.scene.objects)
    kinds = [kind for kind in catalogue.kinds if not kind.table]
    wishes = " ".join((tasks.wish or "", *tasks.themes))
    asked = {*re.findall(r"[a-z]+", wishes.lower())}
    most = OFFERED_TO_A_WISH if wishes.strip() else OFFERED
    first = [kind for kind in kinds if kind.category in own or _named(kind, asked)]
    left = [kind for kind in kinds if kind not in first]
    rng = generator((spec.seed,), "offer", index)
    order = rng.permutation(len(left))
    shuffled = [left[int(number)] for number in order]
    holders = [kind for kind in shuffled if _holds(kind)]
    others = [kind for kind in shuffled if not _holds(kind)]
    room = max(0, most - len(first))
    some = holders[: round(HOLDERS * room)]
    chosen = [*first, *some, *others[: room - len(some)]]
    chosen += holders[len(some) : len(some) + most - len(chosen)]
    return tuple(sorted(chosen, key=lambda kind: kind.category))


def _named(kind: OfferedCategory, asked: set[str]) -> bool:
    """Whether a wish names it, in the singular or plural."""
    return any(form in asked for form in (kind.head, f"{kind.head}s", f"{kind.head}es"))


def _holds(kind: OfferedCategory) -> bool:
    first = kind.assets[0]
    return kind.furniture or kind.hooked or bool(first.cavities) or bool(first.open_surfaces)
