"""Exports that grow: what an earlier export has is taken from there, and only the rest is made.

An earlier export may be taken over where the dataset has everything that it was made from, in the
same places, and all that is new comes after it. Files that stay as they are become hard links, so
that the earlier export is never written to, and is there until the new one takes its place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...schemas import DatasetError
from ..dataset import Dataset
from ..records import readings
from ..shards import ShardRecord
from ..splits import held_out


class CannotGrowError(DatasetError):
    """An earlier export cannot be taken over, so that all of the export is written anew."""


@dataclass(frozen=True)
class EarlierExport:
    """An export of a dataset that has only grown since.

    Attributes:
        folder: of the export; nothing in it is changed.
        shards: how many shards of each stage it was made from; they are the first ones.
    """

    folder: Path
    shards: Mapping[str, int]

    def added(self, dataset: Dataset) -> Dataset:
        """The part of the dataset that the export does not have yet: what it gives is new."""
        return _Added(dataset.root, self.shards)

    def known(self, dataset: Dataset) -> Dataset:
        """The part that the export was made from."""
        return _Known(dataset.root, self.shards)

    def link(self, name: str, out: Path) -> None:
        """Have a file also in the new export.

        Raises:
            CannotGrowError: it is not there.
        """
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _take(str(self.folder / name), str(target))

    def link_all(self, folder: str, out: Path) -> None:
        """Have all files right in a folder also in the new export; none where it is not there."""
        place = self.folder / folder
        if place.is_dir():
            target = out / folder
            target.mkdir(parents=True, exist_ok=True)
            for name in sorted(os.listdir(place)):
                _take(f"{place}/{name}", f"{target}/{name}")


def _take(source: str, target: str) -> None:
    try:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:  # a disk without hard links, or with as many as it takes
            shutil.copyfile(source, target)
    except OSError as error:
        raise CannotGrowError(f"{source} cannot be taken over: {error}") from error


class _Added(Dataset):
    """A dataset without the first shards of each stage."""

    def __init__(self, root: Path, first: Mapping[str, int]) -> None:
        super().__init__(root)
        self._first = first

    def records(self, stage: str) -> Iterator[ShardRecord]:
        return _sound(readings(self.root, (stage,), start=self._first.get(stage, 0)))


class _Known(Dataset):
    """A dataset of nothing but the first shards of each stage."""

    def __init__(self, root: Path, first: Mapping[str, int]) -> None:
        super().__init__(root)
        self._first = first

    def records(self, stage: str) -> Iterator[ShardRecord]:
        return _sound(readings(self.root, (stage,), stop=self._first.get(stage, 0)))


def _sound(found: Iterator[ShardRecord | DatasetError]) -> Iterator[ShardRecord]:
    for record in found:
        if isinstance(record, DatasetError):
            raise record
        yield record


def refuse_other_split(before: Mapping[str, int], now: Mapping[str, int]) -> None:
    """Refuse to grow where a scene that was exported goes to the other split now.

    Args:
        before: scenes with what the earlier export has of them.
        now: those of the whole dataset.

    Raises:
        CannotGrowError: naming the scene.
    """
    moved = sorted(held_out(before) ^ (held_out(now) & before.keys()))
    if moved:
        raise CannotGrowError(f"the scene {moved[0]} is in another split than before")
