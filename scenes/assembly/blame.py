"""Who is to blame for a scene that cannot be: the spec itself, or chance and what was proposed."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas import Refusal, RefusalKind
from ...schemas.reserved import CLUTTER_PREFIX
from ..cousins.asset_selection import AssemblyRequest

CROWDED = (
    RefusalKind.TOUCHES,
    RefusalKind.TOO_CLOSE,
    RefusalKind.IN_THE_WAY,
    RefusalKind.OWN_DOOR_BLOCKED,
)
"""Something else stood in the way."""


def blames_the_spec(request: AssemblyRequest, refusals: Sequence[Refusal]) -> bool:
    """Whether a person's own objects or cameras, and nothing else, stand in the way.

    Args:
        request: says which objects a person asked for, and which a proposer.
        refusals: of all attempts; none of them was a sound scene that its task cannot use.
    """
    if any(refusal.kind is RefusalKind.SEES_NOTHING for refusal in refusals):
        return True
    if not set(request.roles) <= request.own and any(x.has(CROWDED) for x in refusals):
        # What a proposer added may stand in the way.
        return False
    return all(_is_persons(request, refusal) for refusal in refusals)


def _is_persons(request: AssemblyRequest, refusal: Refusal) -> bool:
    """Whether what finds no place was asked for by a person, alone or as clutter."""
    if refusal.kind is not RefusalKind.NO_PLACE:
        return False
    name = refusal.objects[0]
    if name in request.own:
        return True
    # Without a task there are many scenes, and each draws how much clutter it has.
    alone = not request.roles and request.task_id is None
    return alone and name.startswith(CLUTTER_PREFIX)
