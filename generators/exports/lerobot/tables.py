"""Parquet files of a LeRobot dataset, and how its files are numbered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHUNKS_SIZE = 1000
"""Files in a chunk folder."""
DATA_MB = 100
VIDEO_MB = 200
MEGABYTE = 1024**2


class FileCounter:
    """Decides which numbered file the next item goes to."""

    def __init__(self, limit: int) -> None:
        """Keep files below `limit` bytes, unless one item alone is larger."""
        self._limit = limit
        self._number = 0
        self._filled = 0
        self.fresh = True
        """Whether the last placed item is the first of its file."""

    def place(self, nbytes: int, *, new_file: bool = False) -> tuple[int, int]:
        """Chunk and file for an item of `nbytes`; `new_file` asks for one of its own."""
        full = self._filled + nbytes > self._limit
        if self._filled and (new_file or full):
            self._number += 1
            self._filled = 0
        self.fresh = self._filled == 0
        self._filled += nbytes
        return divmod(self._number, CHUNKS_SIZE)

    @staticmethod
    def path(chunk: int, file: int, suffix: str) -> str:
        """Of a numbered file, relative to the folder that holds the chunks."""
        return f"chunk-{chunk:03d}/file-{file:03d}.{suffix}"


class TableWriter:
    """Numbered parquet files of one schema; each table becomes one row group."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Write below `folder`, with files of at most about `limit` bytes."""
        self._folder = folder
        self._counter = FileCounter(limit)
        self._writer: Any = None

    def __enter__(self) -> TableWriter:
        """Nothing is opened before the first table."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the last file."""
        self._close()

    def place(self, table: Any) -> tuple[int, int]:
        """Chunk and file where `table`, which must be written next, will go."""
        return self._counter.place(int(table.nbytes))

    def write(self, table: Any, place: tuple[int, int]) -> None:
        """Write a table at the place that `place` gave it."""
        import pyarrow.parquet as pq  # pyright: ignore[reportMissingTypeStubs]

        if self._counter.fresh:
            self._close()
            path = self._folder / self._counter.path(*place, "parquet")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(path, table.schema, compression="snappy")
        self._writer.write_table(table, row_group_size=table.num_rows)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
