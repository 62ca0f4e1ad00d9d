"""The content of each mask: its category, or why it is left out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...schemas import SpecError
from ...schemas.reserved import is_reserved
from ..core import taxonomy
from ..cousins.catalogue import resolve
from ..importing.naming import category_of
from .cleaning import interior
from .view import DepthView

LEAST_PIXELS = 60
"""With a depth reading, for an object to be measured."""
SUPPORTS: dict[str, Literal["table", "desk", "countertop"]] = {
    "countertop.n.01": "countertop",
    "desk.n.01": "desk",
    "table.n.02": "table",
}
"""What objects may stand on, by category and those below it, the special ones first."""
SURROUNDINGS = frozenset({"agent", "arm", "ceiling", "floor", "gripper", "robot", "wall"})
"""Labels of what is neither an object nor a support."""


@dataclass(frozen=True)
class Segment:
    """One mask that is to be measured.

    Attributes:
        instance: its id in the masks.
        name: of the object in the scene to be written.
        label: the words that were given.
        category: the synset that the label means.
        offered: the library's categories that it can be: the one that stands for it, and
            those of the same word where the label was one (a cabinet has drawers or doors).
        pixels: (H, W) inside of its mask, where depth is known.
    """

    instance: int
    name: str
    label: str
    category: str
    offered: tuple[str, ...]
    pixels: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SortedMasks:
    """The masks of a view, sorted.

    Attributes:
        segments: what is to be measured.
        supports: masks that can be the support, with what they are.
        ignored: ids of the robot and the surroundings.
        skipped: what is left out, by its label and id, with the reason.
    """

    segments: tuple[Segment, ...]
    supports: Mapping[int, Literal["table", "desk", "countertop"]]
    ignored: frozenset[int]
    skipped: Mapping[str, str]


def sort_masks(view: DepthView, offered: Iterable[str], *, strict: bool) -> SortedMasks:
    """Say of every mask what it is.

    Args:
        view: with labels.
        offered: categories of the library.
        strict: refuse labels that are missing or unknown instead of leaving them out.

    Raises:
        SpecError: where strict and a label is unknown, or where no object is left.
    """
    kinds = tuple(offered)
    segments: list[Segment] = []
    supports: dict[int, Literal["table", "desk", "countertop"]] = {}
    ignored: set[int] = set()
    skipped: dict[str, str] = {}
    for instance in (int(i) for i in np.unique(view.masks) if i > 0):
        label = view.labels.get(instance, "")
        if set(_words(label)) & SURROUNDINGS:
            ignored.add(instance)
            continue
        try:
            category = _category(label, kinds)
            if (support := _support(category)) is not None:
                supports[instance] = support
                continue
            stand_ins = _stand_ins(label, category, kinds)
        except SpecError as error:
            if strict:
                raise SpecError(f"mask {instance}: {error}") from error
            skipped[f"{label or 'unlabelled'} (mask {instance})"] = str(error)
            continue
        pixels = interior(view.masks == instance) & (view.depth > 0)
        if pixels.sum() < LEAST_PIXELS:
            skipped[f"{label} (mask {instance})"] = (
                f"only {int(pixels.sum())} pixels have depth; {LEAST_PIXELS} are needed"
            )
            continue
        name = view.names.get(instance) or _name(label, {s.name for s in segments})
        segments.append(Segment(instance, name, label, category, stand_ins, pixels))
    if not segments:
        reasons = "; ".join(f"{what}: {why}" for what, why in skipped.items())
        raise SpecError(f"no object can be measured ({reasons or 'no mask is an object'})")
    return SortedMasks(tuple(segments), supports, frozenset(ignored), skipped)


def _category(label: str, offered: tuple[str, ...]) -> str:
    """The synset of a label.

    Raises:
        SpecError: where it is missing or unknown; the message offers the nearest names.
    """
    if not label.strip():
        raise SpecError("has no label; add it to labels in observation.json, or use --label-model")
    found = category_of(label)
    if found is not None:
        return found
    words = {name.split(".")[0].replace("_", " "): name for name in (*offered, *taxonomy.nodes())}
    near = difflib.get_close_matches(" ".join(_words(label)), words, n=3, cutoff=0.5)
    near = near or [name.split(".")[0] for name in offered[:3]]
    raise SpecError(f"label {label!r} is unknown; the nearest names are {', '.join(near)}")


def _stand_ins(label: str, category: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The offered categories that a thing of that label and category may be.

    Raises:
        SpecError: where nothing offered stands in for it.
    """
    first = resolve(category, offered)
    if label == category:
        return (first,)
    stem = category.split(".")[0]
    return (first, *(name for name in offered if name.split(".")[0] == stem and name != first))


def _support(category: str) -> Literal["table", "desk", "countertop"] | None:
    for ancestor, kind in SUPPORTS.items():
        if taxonomy.is_a(category, ancestor):
            return kind
    return None


def _words(label: str) -> list[str]:
    stem = label.split(".n.")[0]
    return "".join(c if c.isalpha() else " " for c in stem.lower()).split()


def _name(label: str, taken: set[str]) -> str:
    """A name for an object of that label, numbered from the second on."""
    base = "_".join(_words(label))[:50] or "object"
    base = "object" if is_reserved(base) else base
    number = 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name
