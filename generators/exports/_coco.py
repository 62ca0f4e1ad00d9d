"""COCO's files of annotations: written as a stream, one list after the other, keys in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, Any, TextIO

from ...schemas import FrameRecord, canonical_json
from ._frames import FrameSurvey
from ._pictures import link

Json = dict[str, Any]


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

    def parts(self) -> Iterator[str]:
        """All rows, in pieces of some lines."""
        self._file.seek(0)
        yield from (line.decode() for line in self._file)


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
    """The files of both splits, and their pictures in `train/` and `val/`.

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
        splits = ("train", "val") if found.validation else ("train",)
        self._files = {
            split: self._stack.enter_context(
                _CocoFile(out / "annotations" / f"{stem}_{split}.json")
            )
            for split in splits
        }
        for split in splits:
            (out / split).mkdir()

    def __exit__(self, *error: object) -> None:
        """Close the files."""
        self._stack.__exit__(None, None, None)

    def split(self, frame: FrameRecord) -> str:
        """Where a frame belongs: `train` or `val`."""
        return "val" if frame.scene in self._found.validation else "train"

    def add_image(self, frame: FrameRecord) -> int:
        """Place the picture of a frame and describe it; the image's number."""
        self._images += 1
        split, source = self.split(frame), self._found.dataset.file(frame.files["rgb"])
        name = f"{frame.id}{source.suffix}"
        link(source, self._out / split / name)
        self._files[split].images.add(canonical_json(image(frame, self._images, name)).encode())
        return self._images

    def annotate(self, frame: FrameRecord, annotation: Mapping[str, Any]) -> None:
        """Add an annotation to the file of a frame's split."""
        self._files[self.split(frame)].annotate(annotation)

    def finish(self, categories: Sequence[Mapping[str, Any]]) -> None:
        """Write what follows the annotations: the same categories in both files."""
        uses = self._found.uses()
        licences = sorted({use.licence for use in uses})
        info = {
            "assets": [use.model_dump(mode="json") for use in uses],
            "description": self._found.dataset.spec.name,
        }
        listed = [{"id": place, "name": name} for place, name in enumerate(licences, start=1)]
        for file in self._files.values():
            file.finish(categories, info, listed)


class _CocoFile(AbstractContextManager["_CocoFile"]):
    """One file: annotations as they come, the other lists after them."""

    def __init__(self, path: Path) -> None:
        self.images = SpooledRows(path.parent)
        self._count = 0
        self._file: TextIO = path.open("w", encoding="utf-8")
        self._file.write('{"annotations":[')

    def __exit__(self, *error: object) -> None:
        self._file.close()
        self.images.__exit__(*error)

    def annotate(self, annotation: Mapping[str, Any]) -> None:
        self._file.write(",\n" if self._count else "\n")
        self._count += 1
        self._file.write(canonical_json(annotation))

    def finish(
        self,
        categories: Sequence[Mapping[str, Any]],
        info: Mapping[str, Any],
        licences: Sequence[Mapping[str, Any]],
    ) -> None:
        self._file.write("]")
        self._file.write(f',\n"categories":{lines(map(canonical_json, categories))}')
        self._file.write(',\n"images":[\n')
        self._file.writelines(self.images.parts())
        self._file.write("]")
        self._file.write(f',\n"info":{canonical_json(info)}')
        self._file.write(f',\n"licenses":{lines(map(canonical_json, licences))}}}\n')
