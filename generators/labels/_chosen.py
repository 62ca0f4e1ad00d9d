"""The labels that a spec asks for, and what they make of a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from ...schemas import FrameRecord, ObjectLabel, PluginError
from . import LABELS, Label, Labelled, Reads, StoragePlace

if TYPE_CHECKING:
    from ._view import LabelView

Named = tuple[tuple[str, Label], ...]
FIELDS = {
    StoragePlace.OBJECT: frozenset(ObjectLabel.model_fields),
    StoragePlace.FRAME: frozenset(FrameRecord.model_fields),
}
_ROWS = TypeAdapter(tuple[ObjectLabel, ...])


@dataclass(frozen=True)
class Chosen:
    """Labels with their names, in order.

    Attributes:
        fresh: those that are made for every frame.
        kept: those that no light changes.
        reads: what any of them reads.
        drawn: whether depth and geom are drawn for every frame.
    """

    fresh: Named
    kept: Named
    reads: frozenset[Reads]
    drawn: bool


@lru_cache(maxsize=16)
def chosen(names: tuple[str, ...]) -> Chosen:
    """Load labels.

    Args:
        names: of `render.labels`, in any order.

    Raises:
        SpecError: there is no such label.
        BackendMissingError: a package that one needs is not installed.
        PluginError: a label stores what it cannot, or two store the same.
    """
    asked = tuple((name, LABELS.load(name)) for name in LABELS.names() if name in names)
    owners: dict[tuple[StoragePlace, str], str] = {}
    for name, label in asked:
        label.needs.check(f"render.labels: {name}")
        for value in label.values:
            _check(name, label, value.place, value.name)
            key = value.name.partition(".")[0] if value.place == StoragePlace.FILE else value.name
            other = owners.setdefault((value.place, key), name)
            if other != name:
                raise PluginError(f"labels {other!r} and {name!r} both store {value.name!r}")
    fresh = tuple((name, label) for name, label in asked if label.fresh)
    return Chosen(
        fresh=fresh,
        kept=tuple((name, label) for name, label in asked if not label.fresh),
        reads=frozenset(read for _, label in asked for read in label.reads),
        drawn=any(Reads.TRUTH in label.reads for _, label in fresh),
    )


def _check(name: str, label: Label, place: StoragePlace, value: str) -> None:
    """Refuse what a frame has no place for.

    Raises:
        PluginError: naming the label and the value.
    """
    if place == StoragePlace.FILE:
        if "/" in value or "." not in value.strip("."):
            raise PluginError(f"label {name!r}: file {value!r} is not such as `depth.png`")
    elif value not in FIELDS[place]:
        fields = ", ".join(sorted(FIELDS[place]))
        raise PluginError(f"label {name!r}: no field {value!r} of the {place}; allowed: {fields}")
    elif label.fresh:
        raise PluginError(
            f"label {name!r} is made for every frame, so it gives files only; got {value!r}"
        )


def make(labels: Named, view: LabelView) -> Labelled:
    """The output of labels for a view, together.

    Raises:
        PluginError: a label gives what it does not declare.
    """
    files: dict[str, bytes] = {}
    objects: dict[str, Mapping[int, object]] = {}
    frame: dict[str, object] = {}
    for name, label in labels:
        made = label.make(view)
        given = [(StoragePlace.FILE, x) for x in made.files] + [
            (StoragePlace.OBJECT, x) for x in made.objects
        ]
        given += [(StoragePlace.FRAME, x) for x in made.frame]
        _refuse(name, given, [(value.place, value.name) for value in label.values])
        files |= made.files
        objects |= made.objects
        frame |= made.frame
    return Labelled(files, objects, frame)


def _refuse(
    name: str,
    given: Sequence[tuple[StoragePlace, str]],
    declared: Sequence[tuple[StoragePlace, str]],
) -> None:
    unknown = [value for value in given if value not in declared]
    if unknown:
        place, value = unknown[0]
        raise PluginError(f"label {name!r} gives the {place} {value!r}, which it does not declare")


def object_labels(view: LabelView, made: Labelled) -> tuple[ObjectLabel, ...]:
    """The label of every instance in one view, seen or not.

    Args:
        view: the view.
        made: what labels know of the instances.
    """
    columns = tuple(made.objects.items())
    rows: list[dict[str, object]] = []
    for thing in view.labeller.instances:
        row: dict[str, object] = {
            "name": thing.name,
            "category": thing.category,
            "instance_id": thing.instance_id,
            "semantic_id": thing.semantic_id,
            "visible_pixels": view.visible[thing.instance_id],
        }
        for name, values in columns:
            row[name] = values.get(thing.instance_id)
        rows.append(row)
    return _ROWS.validate_python(rows)
