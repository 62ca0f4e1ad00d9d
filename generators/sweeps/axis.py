"""The swept axis of a dataset: its values, and the frames of each."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas import DatasetError, FrameRecord, SpecError, Sweep
from ..dataset import Dataset

Value = bool | int | float | str


@dataclass(frozen=True)
class Axis:
    """One path, and what was seen at each of its values.

    Attributes:
        path: of the parameter.
        values: in the order of the spec, those that gave frames.
        frames: of each value, with the image id that the COCO export gives each.
    """

    path: str
    values: tuple[Value, ...]
    frames: tuple[tuple[tuple[int, FrameRecord], ...], ...]


def swept(dataset: Dataset, path: str | None = None) -> Axis:
    """The axis of that path, or the only one that the dataset has.

    Raises:
        SpecError: where the dataset sweeps nothing, several paths and none is named, or
            not the one that is named.
        DatasetError: where no frame was drawn along it.
    """
    vary, cameras = dataset.spec.render.vary, dataset.spec.cameras
    sweeps: dict[str, tuple[object, ...]] = {
        name: parameter.sweep for name, parameter in vary.items() if isinstance(parameter, Sweep)
    }
    along = {f"camera.{camera.name}.path": () for camera in cameras if camera.path is not None}
    if path in along or not sweeps:
        sweeps |= {name: () for name in along if name not in sweeps}
    if not sweeps:
        raise SpecError(
            f"{dataset.root}: render.vary has no sweep, and no camera a path; "
            "write a sweep as {sweep: [...]}"
        )
    if path is None and len(sweeps) > 1:
        raise SpecError(f"{dataset.root} sweeps {', '.join(sweeps)}; choose one with --axis")
    chosen = path or next(iter(sweeps))
    if chosen not in sweeps:
        raise SpecError(f"{dataset.root} does not sweep {chosen!r}; it sweeps {', '.join(sweeps)}")
    found: dict[Value, list[tuple[int, FrameRecord]]] = {}
    for image_id, frame in enumerate(dataset.frames(), start=1):
        if chosen in frame.vary:
            found.setdefault(frame.vary[chosen], []).append((image_id, frame))
    if not found:
        raise DatasetError(f"{dataset.root} has no frames along {chosen}; run `cousins generate`")
    listed = list(sweeps[chosen])
    values = sorted(found, key=listed.index) if listed else sorted(found)
    return Axis(chosen, tuple(values), tuple(tuple(found[value]) for value in values))
