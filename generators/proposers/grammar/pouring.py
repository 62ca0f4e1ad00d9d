"""A template of pouring."""

from __future__ import annotations

from ....tasks.bddl.formula import Forall
from ....tasks.skills.pouring import pours, receives
from ...proposing.cast import ObjectBinding
from ...proposing.draft import TaskProposal
from ...proposing.offered import OfferedCategory
from ...proposing.sense import STORAGE
from .templates import draft, every, held, inside, plural, some, template, the

FEWEST, MOST = 8, 12
"""Grains in a vessel."""


@template(1, "Many small things from a vessel to drink from into a wider one")
def pour_out(cast: ObjectBinding) -> TaskProposal:
    """Many small things from a vessel to drink from into a wider one."""
    first = cast.pick(lambda kind: kind.grain)
    count = int(cast.rng.integers(FEWEST, MOST + 1))
    grains = [first, *(cast.another(first.kind) for _ in range(count - 1))]
    filling = [first.kind.assets[0]] * count

    def cup(kind: OfferedCategory) -> bool:
        return kind.sort == "cup" and all(pours(asset, filling) for asset in kind.assets)

    def bowl(kind: OfferedCategory) -> bool:
        wide = kind.sort in STORAGE | {"dish"} and not kind.gated
        return wide and all(receives(asset, filling) for asset in kind.assets)

    source, target = cast.pick(cup), cast.pick(bowl)
    a, b, c = plural(first), the(source), the(target)
    text = cast.phrase(
        f"pour the {a} from {b} into {c}",
        f"empty {b} of {a} into {c}",
        f"tip the {a} out of {b} into {c}",
    )
    goal = Forall(every(grains), inside(some(first), target))
    start = held(*(inside(grain, source) for grain in grains))
    return draft(cast, f"pour the {a} from {b} into {c}", text, [goal], start)
