"""Whether a hand finds room to bring something into a holder, and to take hold of it in there.

Fingers are short and the palm behind them is broad: in a deep and narrow box it gets down to
nothing that is low, and a compartment that is entered from the front takes a level hand, which
holds nothing that is long and flat. Rough measures of the hand, and bounding boxes, decide: they
say what is seldom possible, where no scene is tried. A scene is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ...schemas import Asset, Cavity
from ...tasks.bddl.formula import Literal
from ...tasks.symbolic.fitting import ROOM
from ...tasks.symbolic.search import Plan
from .draft import RefusedError
from .offered import OfferedCategory

PALM = 0.212
"""Width of the hand along the closing of its fingers, with some room, metres."""
FINGERS = 0.0345
"""From the top of what is held around its body up to the palm, metres."""
FINGER = 0.021
"""Thickness of a finger beside what it holds, with some room, metres."""
LONG, BROAD = 0.15, 0.10
"""What is longer than LONG and not broader than BROAD is held across its length; what is broader
is held by its rim or edge. Metres."""
LOW = 0.036
"""A level hand takes no hold of something long that is lower than this, metres."""


def check_hand_room(
    plan: Plan, init: tuple[Literal, ...], kinds: Mapping[str, OfferedCategory]
) -> None:
    """Refuse what some of the measured cousins leave no room for the hand to do.

    Args:
        plan: of a task.
        init: what holds at its start, in scene names.
        kinds: of the task's objects by scene name, without the support.

    Raises:
        RefusedError: `no_hand_room`.
    """
    within = [x.arguments for x in init if x.predicate == "inside" and not x.negated]
    for operator in (step.operator for step in plan.steps):
        brought = [x[1:] for x in operator.adds if x[0] == "inside"]
        for pairs, does, words in ((within, leaves, "out of"), (sorted(brought), enters, "into")):
            for thing, holder in pairs:
                known = thing in kinds and holder in kinds
                if known and thing in operator.moves and not does(kinds[thing], kinds[holder]):
                    raise RefusedError(
                        "no_hand_room", f"the hand has no room to move {thing} {words} {holder}"
                    )


def enters(thing: OfferedCategory, holder: OfferedCategory) -> bool:
    """Whether a hand brings the thing into each cavity of the holder that it fits into."""
    return thing.grain or _everywhere(_enters, thing, holder)


def leaves(thing: OfferedCategory, holder: OfferedCategory) -> bool:
    """Whether a hand takes the thing out of each cavity of the holder that it fits into."""

    def out(asset: Asset, container: Asset, cavity: Cavity) -> bool:
        return _leaves(asset, container, cavity, thing.grip)

    return thing.grain or _everywhere(out, thing, holder)


def _everywhere(
    does: Callable[[Asset, Asset, Cavity], bool], thing: OfferedCategory, holder: OfferedCategory
) -> bool:
    return all(
        does(a, b, cavity)
        for a in thing.assets
        for b in holder.assets
        for cavity in b.cavities
        if not cavity.snug and _fits(a, cavity)
    )


def _fits(thing: Asset, cavity: Cavity) -> bool:
    """Whether its footprint goes in along the walls."""
    need = sorted(side + ROOM for side in thing.extents[:2])
    room = sorted(2 * half for half in cavity.half_size[:2])
    return need[0] <= room[0] and need[1] <= room[1]


def _long(thing: Asset) -> bool:
    width, length = sorted(thing.extents[:2])
    return length > LONG and width <= BROAD


def _enters(thing: Asset, container: Asset, cavity: Cavity) -> bool:
    """A long thing points inwards in a level hand, near its outer end."""
    del container
    if cavity.opening != "front" or not max(thing.extents[:2]) > LONG:
        return True
    if max(thing.extents[:2]) + ROOM > 2 * cavity.half_size[0]:
        return False
    return not _long(thing) or thing.extents[2] >= LOW


def _leaves(thing: Asset, container: Asset, cavity: Cavity, grip: float) -> bool:
    """The palm stays above the brim, or comes down between the walls with the fingers."""
    width, length = sorted(thing.extents[:2])
    if cavity.opening == "front":
        return length <= LONG and width <= BROAD
    if any(joint.name == cavity.joint and joint.kind == "slide" for joint in container.joints):
        # Only a part of a drawer comes out from under the body.
        return not _long(thing)
    if thing.cavities:
        return True
    if cavity.round and width / 2 + FINGER > cavity.half_size[0]:
        return False
    if thing.extents[2] + FINGERS >= 2 * cavity.half_size[2]:
        return True
    x, y = (2 * half for half in cavity.half_size[:2])
    if length <= grip or math.hypot(width, length) <= min(x, y):
        return max(x, y) >= PALM
    # It lies as it was made, and is held across.
    return (x if thing.extents[0] == width else y) >= PALM
