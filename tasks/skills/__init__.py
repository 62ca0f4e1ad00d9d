"""Skills beyond placing, opening, and closing: what each can do, and how it does it.

A skill says as operators what it needs and changes, so that the symbolic planner composes it
with all others; and it carries an operator out with the arm. Each has a module of its own here.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...schemas import Asset
from ..operators import Operator
from .hanging import HANG
from .inserting import INSERT
from .pouring import POUR
from .pushing import PUSH, PUSH_NEXT_TO
from .skill import Skill
from .sliding import SLIDE
from .sweeping import SWEEP
from .switching import TURN_OFF, TURN_ON

ALL: tuple[Skill, ...] = (TURN_ON, TURN_OFF, INSERT, HANG, POUR, PUSH, PUSH_NEXT_TO, SLIDE, SWEEP)
SKILLS: Mapping[str, Skill] = {skill.name: skill for skill in ALL}


def operators(assets: Mapping[str, Asset], support: str) -> tuple[Operator, ...]:
    """Everything that the skills here can do with a scene's objects, in a stable order.

    Args:
        assets: each object's asset by the object's name, the support included.
        support: name of what everything stands on.
    """
    return tuple(operator for skill in ALL for operator in skill.operators(assets, support))


__all__ = ["ALL", "SKILLS", "Skill", "operators"]
