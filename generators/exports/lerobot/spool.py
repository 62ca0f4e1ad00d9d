"""All rows of an export, column by column, on disk: their statistics need them once more.

Memory holds one component of one column at a time, however many rows there are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from .rows import Columns
from .stats import Stats, component_stats, vector_stats

BLOCK = 8_192
"""Rows of a wide column that are in memory at a time."""


class RowSpool:
    """Keeps rows in files of a folder, which goes when it is left. Use as a context manager.

    Args:
        folder: to make and to remove.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is written yet."""
        self._folder = folder
        self._files: dict[str, IO[bytes]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._types: dict[str, npt.DTypeLike] = {}
        self.first: Columns = {}
        """The first rows that were added."""
        self.rows = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._folder)

    def add(self, columns: Columns) -> None:
        """Add rows; all have the same columns.

        Args:
            columns: arrays of the same length, (N,) or (N, D).
        """
        if not self.first:
            self.first = columns
            for number, (key, values) in enumerate(columns.items()):
                self._files[key] = (self._folder / f"{number}.bin").open("w+b")
                self._shapes[key], self._types[key] = values.shape[1:], values.dtype
        for key, values in columns.items():
            self._files[key].write(np.ascontiguousarray(values).tobytes())
        self.rows += len(next(iter(columns.values())))

    def stats(self) -> Iterator[tuple[str, Stats]]:
        """Statistics of each column over all rows, as `vector_stats` gives them."""
        for key, file in self._files.items():
            file.flush()
            shape = (self.rows, *self._shapes[key])
            values: npt.NDArray[Any] = np.memmap(file, self._types[key], "r", shape=shape)
            wide = len(shape) > 1 and shape[1] > 1
            yield key, component_stats(values, BLOCK) if wide else vector_stats(values)
