"""Facts about things for a model: their role, their sizes, and what they hold, from the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....schemas import Asset, Cavity, ObjectSpec
from ....schemas.scene import ANY_SWITCH
from ....tasks.skills import skill_named
from ...proposing.offered import OfferedCategory

SAID = {
    "hangable": "hangs on hooks",
    "hook": "has hooks",
    "openable": "opens",
    "socket": "things are inserted",
}
"""Affordances that neither the role nor a size says, in words."""
Box = tuple[float, float, float]


def describe(kind: OfferedCategory) -> str:
    """A category in one line: its role, size, inside, and top, as ranges over its cousins, cm."""
    parts = [f"{kind.category}: {_role(kind)}", f"{_ranges([x.extents for x in kind.assets])} cm"]
    insides = [_largest(asset) for asset in kind.assets]
    if all(insides):
        parts.append(f"inside {_ranges([x for x in insides if x])}{_entry(kind)}")
    tops = [_top(asset) for asset in kind.assets]
    if all(tops):
        parts.append(f"top {_ranges([x for x in tops if x])}")
    shared = [all(name in asset.affordances for asset in kind.assets) for name in SAID]
    parts += [words for words, all_have in zip(SAID.values(), shared, strict=True) if all_have]
    if kind.toggleable:
        parts.append("has a switch" if _goes_off(kind) else "has a switch that only goes on")
    return "; ".join(parts)


def describe_own(thing: ObjectSpec, support: str) -> str:
    """An object of the person's scene in one line: where it is, and what of it is open or on."""
    place = f"inside {thing.inside}" if thing.inside else f"on {thing.on or support}"
    if thing.next_to:
        place += f", next to {thing.next_to}"
    states = sorted({"on" if joint == ANY_SWITCH else "open" for joint in thing.joint})
    return f"{thing.name}: {thing.category}; " + "; ".join((place, *states))


def _goes_off(kind: OfferedCategory) -> bool:
    """Whether its switch can be moved back: a push button cannot."""
    operators = skill_named("turn_off").operators
    return all(any(True for _ in operators({"it": asset}, "")) for asset in kind.assets)


def _role(kind: OfferedCategory) -> str:
    if kind.grain:
        return "poured"
    if kind.furniture:
        return "stays where it is"
    return "can be moved" if kind.movable else "cannot be grasped"


def _entry(kind: OfferedCategory) -> str:
    """How a hand gets in, where that is not simply from above."""
    said = [", closed at first"] if kind.gated else []
    if kind.low_door:
        said.append(", behind a door that comes down and keeps the hand out")
    elif any(cavity.opening == "front" for asset in kind.assets for cavity in asset.cavities):
        said.append(", entered from the front")
    elif kind.drawers:
        said.append(", a drawer")
    return "".join(said)


def _largest(asset: Asset) -> Box | None:
    """Inner size of its largest hollow, metres."""

    def size(cavity: Cavity) -> Box:
        x, y, z = (2 * half for half in cavity.half_size)
        return (x, x, z) if cavity.round else (x, y, z)

    sizes = [size(cavity) for cavity in asset.cavities if not cavity.snug]
    return max(sizes, key=lambda box: box[0] * box[1] * box[2], default=None)


def _top(asset: Asset) -> tuple[float, float] | None:
    """Size of its largest surface in plain view, metres."""
    sizes = [(2 * x.half_size[0], 2 * x.half_size[1]) for x in asset.open_surfaces]
    return max(sizes, key=lambda area: area[0] * area[1], default=None)


def _ranges(boxes: Sequence[Iterable[float]]) -> str:
    """Least and greatest of each side, centimetres."""
    return " x ".join(_range([100 * side for side in sides]) for sides in zip(*boxes, strict=True))


def _range(values: Sequence[float]) -> str:
    low, high = (f"{value:.0f}" if value >= 10 else f"{value:.1f}" for value in _ends(values))
    return low if low == high else f"{low}-{high}"


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)
