"""Labels of frames: each is a plug-in that says what it writes, and makes it from a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ...schemas.plugins import Group, Needs

if TYPE_CHECKING:
    from ._view import LabelView as LabelView


class StoragePlace(StrEnum):
    """Where a value of a label is stored."""

    FILE = "file"
    """A file of the frame, in `FrameRecord.files`."""
    OBJECT = "object"
    """A field of each `ObjectLabel`."""
    FRAME = "frame"
    """A field of the `FrameRecord`."""


class Reads(StrEnum):
    """An input of a label, to be drawn or worked out, beside depth and geom of each pixel."""

    COLOUR = "colour"
    """The picture, in `LabelView.picture`: drawn anew for each frame."""
    FACTS = "facts"
    """The literals that hold, in `LabelMoment.facts`."""
    NEXT = "next"
    """What the camera sees at its next keyframe, in `LabelView.after`."""
    NORMALS = "normals"
    """Normals, in `Truth.normals`, of renderers that have some."""
    SILHOUETTES = "silhouettes"
    """Whole objects, in `LabelView.amodal`."""
    TRUTH = "truth"
    """Depth and geom of each pixel: of labels that read `COLOUR` or `NEXT`; others have them."""


@dataclass(frozen=True)
class Value:
    """One thing that a label stores.

    Attributes:
        place: where.
        name: of the field; of a file what follows the frame's id in its name, such as
            `depth.png`: the word before its first dot is its key in `FrameRecord.files`.
        meaning: with unit and frame of reference, for the documentation.
        form: of a file: how it is coded.
    """

    place: StoragePlace
    name: str
    meaning: str
    form: str = ""


def file(name: str, form: str, meaning: str) -> Value:
    """A file of the frame."""
    return Value(StoragePlace.FILE, name, meaning, form)


def of_object(name: str, meaning: str) -> Value:
    """A field of each object."""
    return Value(StoragePlace.OBJECT, name, meaning)


def of_frame(name: str, meaning: str) -> Value:
    """A field of the frame."""
    return Value(StoragePlace.FRAME, name, meaning)


@dataclass(frozen=True)
class Labelled:
    """The output of a label for one view.

    Attributes:
        files: content by the name of its `Value`.
        objects: by field, then by instance id; what is left out is None.
        frame: by field.
    """

    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    objects: Mapping[str, Mapping[int, object]] = field(
        default_factory=dict[str, Mapping[int, object]]
    )
    frame: Mapping[str, Any] = field(default_factory=dict[str, Any])


Make = Callable[["LabelView"], Labelled]
"""Works out a label; called in a thread of its own, one view after the other."""


def nothing(view: LabelView) -> Labelled:
    """Of labels whose values are always there."""
    del view
    return Labelled()


NUMPY = Needs(packages=("numpy",))


@dataclass(frozen=True)
class Label:
    """A label.

    What no light can change is made once per moment and camera, and kept while lights change.
    Labels that read `COLOUR` or `NEXT` are made for every frame, and give files only.

    Attributes:
        values: what it stores; the first is what it is about.
        make: works them out.
        reads: what must be drawn for it.
        needs: packages that shape its bytes, and its own version.
    """

    values: tuple[Value, ...]
    make: Make = nothing
    reads: frozenset[Reads] = frozenset()
    needs: Needs = NUMPY

    @property
    def summary(self) -> str:
        """The label in one line, for the documentation."""
        return self.values[0].meaning

    @property
    def fresh(self) -> bool:
        """Whether it is made anew for each frame."""
        return bool(self.reads & {Reads.COLOUR, Reads.NEXT})


LABELS: Group[Label] = Group(
    "labels",
    Label,
    "label",
    order=(
        "rgb", "depth", "depth_linear", "normal", "flow", "seg_instance", "seg_semantic",
        "seg_part", "seg_amodal", "visible_fraction", "bbox_2d_tight", "bbox_2d_loose", "bbox_3d",
        "keypoints", "point_cloud", "poses", "joint_states", "predicate_states", "scene_graph",
        "camera_params",
    ),
)  # fmt: skip
"""By the names that a spec gives under `render.labels`."""


def check_labels(names: tuple[str, ...]) -> None:
    """Refuse before any work labels that cannot be made or stored.

    Raises:
        SpecError: there is no such label; the nearest are offered.
        BackendMissingError: a package that one needs is not installed.
        PluginError: a label stores what it cannot, or two store the same.
    """
    from ._chosen import chosen

    chosen(names)


__all__ = [
    "LABELS",
    "Label",
    "Labelled",
    "Reads",
    "StoragePlace",
    "Value",
    "check_labels",
    "file",
    "of_frame",
    "of_object",
]  # fmt: skip
