"""YOLO: a line of text for each visible object, as Ultralytics' trainers read them.

```
data.yaml                       names of the classes, and where the pictures are
images/train/<frame>.jpg        the pictures (hard links where the disk allows them)
labels/train/<frame>.txt        CLASS X Y X Y ..., the object's outline as shares of the picture
splits.json                     ids of the scenes of each split
```

Detection takes the bounding box of an outline, segmentation takes the outline itself. It runs
along the edges of the pixels of the instance mask; parts and holes are joined by cuts without an
area. Every fifth scene goes to `val`, of fewer than five the last; a scene's frames stay together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas import DatasetError, FrameRecord, canonical_json
from ...schemas.plugins import Needs
from ..dataset import Dataset
from ..splits import held_out
from ._folders import refuse_files
from ._frames import survey
from ._growing import CannotGrowError, EarlierExport, refuse_other_split
from ._pictures import instance_mask, link

if TYPE_CHECKING:
    import numpy.typing as npt

NEEDED = ("rgb", "seg_instance")
SPLITS = "splits.json"
Corner = tuple[int, int]


class YoloExporter:
    """Writes outlines of visible objects."""

    summary = "YOLO: classes and outlines as text, for Ultralytics' detection and segmentation"
    labels = NEEDED
    needs = Needs(packages=("numpy", "pillow"))

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or they lack a picture
                or an instance mask.
        """
        refuse_files(out)
        _write_all(dataset, out, _seen(dataset))

    def grow(self, dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
        """See `Growing`: pictures and labels of frames that are there are linked.

        Raises:
            CannotGrowError: the earlier export is damaged, a new class comes before an earlier
                one, or a scene goes to the other split.
            DatasetError: as `export`.
        """
        refuse_files(out)
        added = earlier.added(dataset)
        before, new = _told(earlier), _seen(added)
        found = _Seen(before.names | new.names, before.scenes | new.scenes)
        if sorted(found.names)[: len(before.names)] != sorted(before.names):
            raise CannotGrowError("new classes come before those that there are")
        refuse_other_split(dict.fromkeys(before.scenes, 1), dict.fromkeys(found.scenes, 1))
        for folder in ("images", "labels"):
            for split in ("train", "val"):
                earlier.link_all(f"{folder}/{split}", out)
        _write_all(added, out, found)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one lacks a picture or an instance mask.
        """
        survey(dataset, "yolo", NEEDED)


@dataclass(frozen=True)
class _Seen:
    """Names of classes, and scenes, of some frames."""

    names: set[str]
    scenes: set[str]


def _seen(dataset: Dataset) -> _Seen:
    found = _Seen(set(), set())
    for frame in dataset.frames():
        found.names.update(thing.category for thing in frame.objects if thing.visible_pixels)
        found.scenes.add(frame.scene)
    return found


def _told(earlier: EarlierExport) -> _Seen:
    """What an export says of itself."""
    from yaml import YAMLError, safe_load

    try:
        told = safe_load((earlier.folder / "data.yaml").read_text(encoding="ascii"))
        splits = json.loads((earlier.folder / SPLITS).read_bytes())
        return _Seen(set(told["names"].values()), {*splits["train"], *splits["val"]})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, YAMLError) as error:
        raise CannotGrowError(f"{earlier.folder} is damaged: {error}") from error


def _write_all(dataset: Dataset, out: Path, seen: _Seen) -> None:
    """Write the frames of a dataset, or of a part of it, and what is said of all."""
    if not seen.scenes:
        raise DatasetError(f"{dataset.root} has no labelled frames to export")
    names, held = sorted(seen.names), held_out(seen.scenes)
    for frame in dataset.frames():
        _write(dataset, frame, names, out, "val" if frame.scene in held else "train")
    classes = "".join(f"  {number}: {name}\n" for number, name in enumerate(names))
    told = f"train: images/train\nval: images/{'val' if held else 'train'}\nnames:\n{classes}"
    (out / "data.yaml").write_text(told, encoding="ascii")
    splits = {"train": sorted(seen.scenes - held), "val": sorted(held)}
    (out / SPLITS).write_text(canonical_json(splits) + "\n", encoding="ascii")


def _write(dataset: Dataset, frame: FrameRecord, names: list[str], out: Path, split: str) -> None:
    """The picture of a frame, and its lines."""
    lines = [f"{names.index(name)} {shape}\n" for name, shape in _shapes(dataset, frame)]
    for folder in ("images", "labels"):
        (out / folder / split).mkdir(parents=True, exist_ok=True)
    link(dataset.file(frame.files["rgb"]), out / "images" / split / f"{frame.id}.jpg")
    (out / "labels" / split / f"{frame.id}.txt").write_text("".join(lines), encoding="ascii")


def _shapes(dataset: Dataset, frame: FrameRecord) -> list[tuple[str, str]]:
    """The category and the outline of each visible object of a frame.

    Raises:
        DatasetError: where the frame has no picture or no instance mask.
    """
    missing = [label for label in NEEDED if label not in frame.files]
    if missing:
        raise DatasetError(
            f"frame {frame.id} has no {' and no '.join(missing)}; the YOLO export needs "
            f"render.labels to hold {', '.join(NEEDED)}"
        )
    mask = instance_mask(dataset, frame)
    # Corners lie between pixels: each place is written down once.
    down, across = ([f"{place / size:.6g}" for place in range(size + 1)] for size in mask.shape)
    return [
        (thing.category, " ".join([f"{across[x]} {down[y]}" for x, y in points]))
        for thing in frame.objects
        if thing.visible_pixels
        for points in [joined(outlines(mask == thing.instance_id))]
    ]


def outlines(region: npt.NDArray[Any]) -> list[list[Corner]]:
    """Closed outlines of a mask (H, W) along the edges of its pixels, from its topmost pixel on.

    Outer ones run clockwise as seen in the picture, those of holes the other way round.

    Returns:
        Of each outline its corners (x, y), pixels, without the first one's repetition.
    """
    import numpy as np

    rows, columns = (np.flatnonzero(region.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return []
    top, left = int(rows[0]), int(columns[0])
    inner = np.zeros((rows[-1] - top + 3, columns[-1] - left + 3), dtype=np.int8)
    inner[1:-1, 1:-1] = region[top : rows[-1] + 1, left : columns[-1] + 1]
    # Runs of edges in one line and direction, each with the region to its right.
    edges: dict[Corner, list[Corner]] = {}
    across, along = inner[1:] - inner[:-1], inner[:, 1:] - inner[:, :-1]
    for way in (1, -1):
        for y, x, end in _runs(np.equal(across, way)):
            ends = (x + left - 1, y + top), (end + left - 1, y + top)
            edges.setdefault(ends[way < 0], []).append(ends[way > 0])
        for x, y, end in _runs(np.equal(along.T, -way)):
            ends = (x + left, y + top - 1), (x + left, end + top - 1)
            edges.setdefault(ends[way < 0], []).append(ends[way > 0])
    return list(_loops(edges))


def _runs(marked: npt.NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """The runs of a mask's rows: number of the row, first column, and one past the last."""
    import numpy as np

    height, width = marked.shape
    padded = np.zeros((height, width + 2), dtype=np.bool_)
    padded[:, 1:-1] = marked
    # A run begins and ends where neighbours differ, by turns.
    changes = np.flatnonzero(padded[:, 1:] != padded[:, :-1])
    rows, columns = np.divmod(changes, width + 1)
    yield from zip(rows[::2].tolist(), columns[::2].tolist(), columns[1::2].tolist(), strict=True)


def _loops(edges: dict[Corner, list[Corner]]) -> Iterator[list[Corner]]:
    """Follow edges from corner to corner; where two outlines meet, the sharper right turn."""
    for start in sorted(edges, key=lambda corner: (corner[1], corner[0])):
        while start in edges:
            yield _loop(edges, start)


def _loop(edges: dict[Corner, list[Corner]], start: Corner) -> list[Corner]:
    """The outline from a corner back to it; its edges are taken out."""
    at, way, loop = start, (0, 0), list[Corner]()
    while not loop or at != start:
        ends = edges[at]
        if len(ends) == 1:
            after = ends[0]
            del edges[at]
        else:
            turns = [way[0] * (y - at[1]) - way[1] * (x - at[0]) for x, y in ends]
            after = ends.pop(turns.index(max(turns)))
        step = (after[0] - at[0], after[1] - at[1])
        if step != way:
            loop.append(at)
        at, way = after, step
    return loop


def joined(loops: list[list[Corner]]) -> list[Corner]:
    """One polygon of several: each is entered and left again at the corner nearest to the first."""
    import numpy as np

    if len(loops) == 1:
        return loops[0]
    whole = np.array(loops[0])
    for loop in map(np.array, loops[1:]):
        x, y = (np.subtract.outer(whole[:, axis], loop[:, axis]) for axis in (0, 1))
        i, k = divmod(int((x * x + y * y).argmin()), len(loop))
        whole = np.concatenate([whole[: i + 1], loop[k:], loop[: k + 1], whole[i:]])
    return [(x, y) for x, y in whole.tolist()]


PLUGIN = YoloExporter()
