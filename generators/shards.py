"""Shards: their names, where they lie, and the record that makes one finished.

Names and paths of a dataset that comes from elsewhere are input from a stranger: each is checked
here against the one form that this package writes, before anything is read, moved or removed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..schemas import DatasetError, Model, SpecError, hash_of

STAGES = ("tasks", "scenes", "episodes", "frames")
EXPORTS = "exports"
PER_SHARD = 10
"""Scenes and episodes of a task that share a shard."""
StageName = Literal["tasks", "scenes", "episodes", "frames", "exports"]
ShardName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]*$", max_length=80)]
"""One step of a path, and no more."""
_STEPS = frozenset({"", ".", ".."})
"""Of a path that is absolute, ends in a slash, climbs, or could be written otherwise."""
_OF_TASK = r"t\d+(-c\d{3,})?"
_OWN = {"tasks": r"b\d{5,}", "scenes": _OF_TASK, "episodes": _OF_TASK, "frames": _OF_TASK}
"""The names that this package gives to the shards of each stage."""


def stored_path(name: str) -> str:
    """Refuse what is not a plain path below the dataset's folder.

    Raises:
        ValueError: the path is absolute, climbs, or is not written as this package writes it.
    """
    # Millions of names are read with the records of a large dataset: this is text, not paths.
    if not _STEPS.isdisjoint(name.split("/")) or "\\" in name or "\0" in name:
        raise ValueError(f"{name!r} is no path inside the dataset's folder, such as data/tasks/x")
    return name


StoredPath = Annotated[str, AfterValidator(stored_path)]
"""A file's path relative to the dataset's folder, with forward slashes."""


class ShardRecord(Model):
    """The record of a finished shard; written last, so that its presence means completeness."""

    stage: StageName
    shard: ShardName
    key: str
    """Hash of everything that decides the shard's bytes."""
    files: dict[StoredPath, str]
    """Path relative to the dataset folder, to SHA-256."""
    items: int
    sizes: dict[StoredPath, int] = Field(default_factory=dict)
    """Path to bytes: a cheap check that the files are there."""
    counts: dict[str, int] = Field(default_factory=dict)
    """What a summary needs: tasks, scenes, refused, attempts, solved, frames, videos."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """What it was made from: `STAGE/SHARD` to that shard's content, `task/ID` to the task's hash,
    `data` to the content of all shards."""
    seal: str = ""
    """Hash of all other fields; empty in records of older versions."""

    @model_validator(mode="after")
    def _inside(self) -> Self:
        folder = f"{shard_folder(self.stage, self.shard)}/"
        for name in (*self.files, *self.sizes):
            if not name.startswith(folder):
                raise ValueError(f"{name!r} lies outside of its shard; expected {folder}...")
        return self

    @property
    def place(self) -> tuple[str, str]:
        """Stage and shard."""
        return self.stage, self.shard

    @property
    def content(self) -> str:
        """Hash of what the shard's files hold."""
        return hash_of(self.files)

    def sealed(self) -> ShardRecord:
        """The same record with its seal."""
        return self.model_copy(update={"seal": self._seal()})

    def _seal(self) -> str:
        return hash_of(self.model_dump(mode="json", exclude={"seal"}))

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record at `manifest/STAGE/SHARD.json`.

        Raises:
            DatasetError: it is damaged, or lies where another record belongs.
        """
        if path.is_symlink():
            raise DatasetError(f"{path} is a link; links inside a dataset are not followed")
        return cls.parse(path.read_bytes(), (path.parent.name, path.stem), str(path))

    @classmethod
    def parse(cls, raw: bytes, place: tuple[str, str], source: str) -> Self:
        """The record of the shard at this place.

        Args:
            raw: JSON.
            place: stage and shard.
            source: names the file in the error.

        Raises:
            DatasetError: it is damaged, or the record of another shard.
        """
        how = "finish the dataset again with `cousins generate`, which makes its shard anew"
        try:
            record = cls.from_json(raw, source)
        except SpecError as error:
            raise DatasetError(f"{source} is damaged; {how}") from error
        if record.place != place:
            raise DatasetError(f"{source} is the record of {'/'.join(record.place)}; {how}")
        if record.seal and record.seal != record._seal():
            raise DatasetError(f"{source} is damaged: it does not match its seal; {how}")
        return record


def shard_folder(stage: str, shard: str) -> str:
    """Where a shard's files lie, relative to the dataset folder."""
    return f"{EXPORTS}/{shard}" if stage == EXPORTS else f"data/{stage}/{shard}"


def is_own(stage: str, name: str, formats: tuple[str, ...]) -> bool:
    """Whether this package gives such a name to a shard of a stage.

    Args:
        stage: of the shard.
        name: of a folder.
        formats: the names of all exporters.
    """
    if stage == EXPORTS:
        return name in formats
    return re.fullmatch(_OWN[stage], name) is not None


def shard_name(task: str, index: int) -> str:
    """The shard that holds the scene or episode of this index within its task."""
    chunk = index // PER_SHARD
    return f"{task}-c{chunk:03d}" if chunk else task


def shard_of(task: str, item: str) -> str:
    """The shard of a scene or episode by its id, such as `t0003-s12`, `t0003-e12-a1`.

    Raises:
        DatasetError: where the id is not of that form.
    """
    number = item.removeprefix(f"{task}-")[1:].partition("-a")[0]
    if not number.isdigit():
        raise DatasetError(f"id {item!r}: expected {task}-s or {task}-e and a number")
    return shard_name(task, int(number))


def by_number(item: str) -> tuple[tuple[str, int], ...]:
    """Sorts ids for people: numbers count as such, so that `t0003-s99` comes before `t0003-s100`.

    Ids have two digits or more. Which scenes are held back goes by their text (`splits.py`).
    """
    return tuple((text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", item))
