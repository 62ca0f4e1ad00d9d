"""COCO's files of annotations: written as a stream, one list after the other, keys in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, Any

from ...schemas import FrameRecord, canonical_json
from ..licences import AssetUse
from ._coco_earlier import CATEGORIES, IMAGES, INFO, OPENING, EarlierFile
from ._frames import FrameSurvey
from ._pictures import link

Json = dict[str, Any]
SPLITS = ("train", "val")


def annotations_file(stem: str, split: str) -> str:
    """The path of a split's annotations in an export."""
    return f"annotations/{stem}_{split}.json"


class SpooledRows(AbstractContextManager["SpooledRows"]):
    """Rows of a list that is written later: on disk until then, however many there are.

    Args:
        folder: where a file without a name is kept.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file."""
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self.count = 0

    def __exit__(self, *error: object) -> None:
        """Close the file, and with it let go of it."""
        self._file.close()

    def add(self, rows: bytes, count: int = 1) -> None:
        """Add rows that are separated as `lines` separates them."""
        if self.count:
            self._file.write(b",\n")
        self._file.write(rows)
        self.count += count

    def parts(self) -> Iterator[bytes]:
        """All rows, one after the other."""
        self._file.seek(0)
        yield from self._file


def lines(rows: Iterable[str]) -> str:
    """A JSON list with a row on each line."""
    return "[\n" + ",\n".join(rows) + "]"


def category(number: int, synset: str) -> Json:
    """What every kind of annotation has of a category."""
    lemma = synset.partition(".")[0]
    return {"id": number, "name": synset, "synset": synset, "supercategory": lemma}


def image(frame: FrameRecord, number: int, file_name: str) -> Json:
    """The entry of a frame in the list `images`."""
    return {
        "id": number,
        "file_name": file_name,
        "width": frame.camera_params.width,
        "height": frame.camera_params.height,
        "frame": frame.id,
        "scene": frame.scene,
        "episode": frame.episode,
        "step": frame.step,
        "camera": frame.camera,
        "camera_params": frame.camera_params.model_dump(mode="json"),
        "vary": frame.vary,
    }


class CocoSplits(AbstractContextManager["CocoSplits"]):
    """The files of both splits, and their pictures in `images/train/` and `images/val/`.

    Numbers of images run through both, so that the files can be read together.

    Args:
        found: the frames.
        out: folder of the export.
        stem: of the files: `annotations/STEM_train.json` and `annotations/STEM_val.json`; the
            latter only where scenes are held back.
    """

    def __init__(self, found: FrameSurvey, out: Path, stem: str) -> None:
        """Make the folders and open the files."""
        self._found, self._out = found, out
        self._images = 0
        self._stack = ExitStack()
        (out / "annotations").mkdir(parents=True)
        splits = SPLITS if found.validation else SPLITS[:1]
        self._files = {
            split: self._stack.enter_context(_CocoFile(out / annotations_file(stem, split)))
            for split in splits
        }
        for split in splits:
            (out / "images" / split).mkdir(parents=True)

    def __exit__(self, *error: object) -> None:
        """Close the files."""
        self._stack.__exit__(None, None, None)

    def split(self, frame: FrameRecord) -> str:
        """Where a frame belongs: `train` or `val`."""
        return "val" if frame.scene in self._found.validation else "train"

    def take_over(self, split: str, earlier: EarlierFile) -> None:
        """Begin a split's file with what an earlier one has; pictures are left to the caller."""
        file = self._files[split]
        file.copy(earlier)
        self._images += file.images.count

    def add_image(self, frame: FrameRecord) -> int:
        """Place the picture of a frame and describe it; the image's number."""
        self._images += 1
        split, source = self.split(frame), self._found.dataset.file(frame.files["rgb"])
        name = f"{frame.id}{source.suffix}"
        link(source, self._out / "images" / split / name)
        self._files[split].images.add(canonical_json(image(frame, self._images, name)).encode())
        return self._images

    def annotate(self, frame: FrameRecord, annotation: Mapping[str, Any]) -> None:
        """Add an annotation to the file of a frame's split."""
        self._files[self.split(frame)].annotate(annotation)

    def finish(
        self, categories: Sequence[Mapping[str, Any]], uses: Sequence[AssetUse] | None = None
    ) -> None:
        """Write what follows the annotations: the same in both files.

        Args:
            categories: of both.
            uses: the assets with their licences; None has them looked up.
        """
        found = self._found.uses() if uses is None else uses
        licences = sorted({use.licence for use in found})
        info = {
            "assets": [use.model_dump(mode="json") for use in found],
            "description": self._found.dataset.spec.name,
        }
        listed = [{"id": place, "name": name} for place, name in enumerate(licences, start=1)]
        for file in self._files.values():
            file.finish(categories, info, listed)


class _CocoFile(AbstractContextManager["_CocoFile"]):
    """One file: annotations as they come, the other lists after them."""

    def __init__(self, path: Path) -> None:
        self.images = SpooledRows(path.parent)
        self._some = False
        self._file: IO[bytes] = path.open("wb")
        self._file.write(OPENING)

    def __exit__(self, *error: object) -> None:
        self._file.close()
        self.images.__exit__(*error)

    def copy(self, earlier: EarlierFile) -> None:
        for part in earlier.annotations():
            self._file.write(part)
            self._some = True
        for row in earlier.images():
            self.images.add(row)

    def annotate(self, annotation: Mapping[str, Any]) -> None:
        self._file.write(b",\n" if self._some else b"\n")
        self._some = True
        self._file.write(canonical_json(annotation).encode())

    def finish(
        self,
        categories: Sequence[Mapping[str, Any]],
        info: Mapping[str, Any],
        licences: Sequence[Mapping[str, Any]],
    ) -> None:
        listed = ",\n".join(map(canonical_json, categories))
        self._file.write(CATEGORIES + listed.encode() + IMAGES)
        self._file.writelines(self.images.parts())
        self._file.write(INFO + canonical_json(info).encode())
        self._file.write(f',\n"licenses":{lines(map(canonical_json, licences))}}}\n'.encode())
