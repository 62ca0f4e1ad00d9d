"""Parquet files of a LeRobot dataset, and how its files are numbered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHUNKS_SIZE = 1000
"""Files in a chunk folder."""
EPISODES_PER_FILE = 100
"""At most: what an export has to write again when it grows."""
DATA_MB = 100
VIDEO_MB = 200
MEGABYTE = 1024**2


def numbered(chunk: int, file: int, suffix: str) -> str:
    """The path of a numbered file, relative to the folder that holds the chunks."""
    return f"chunk-{chunk:03d}/file-{file:03d}.{suffix}"


class TableWriter:
    """Numbered parquet files of one schema; each table becomes one row group."""

    def __init__(self, folder: Path) -> None:
        """Write below `folder`."""
        self._folder = folder
        self._place: tuple[int, int] | None = None
        self._writer: Any = None

    def __enter__(self) -> TableWriter:
        """Nothing is opened before the first table."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the last file."""
        self.close()

    def write(self, table: Any, place: tuple[int, int]) -> None:
        """Write a table to the file of this chunk and number: the open one, or the next."""
        import pyarrow.parquet as pq  # pyright: ignore[reportMissingTypeStubs]

        if place != self._place:
            self.close()
            self._place = place
            path = self._folder / numbered(*place, "parquet")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(path, table.schema, compression="snappy")
        self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Finish the last file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class EpisodeFiles:
    """Decides which number the files of an episode have: rows, metadata, and each camera's video.

    Files of one number hold the same episodes, so that an export grows by whole files: those that
    are full stay as they are.

    Args:
        limits: bytes that no file of a kind is to pass, unless one episode alone is larger.
        number: of the first file.
    """

    def __init__(self, limits: Mapping[str, int], number: int = 0) -> None:
        """Nothing is placed yet."""
        self._limits = limits
        self._number = number
        self._filled: dict[str, int] = {}
        self._episodes = 0

    @property
    def empty(self) -> bool:
        """Whether the file that is being filled holds nothing yet."""
        return not self._episodes

    def place(self, sizes: Mapping[str, int], *, differs: bool = False) -> tuple[int, int]:
        """Chunk and number of the files for the next episode.

        Args:
            sizes: its bytes, by kind.
            differs: a video of it cannot be joined to what is in the file.
        """
        filled = {kind: self._filled.get(kind, 0) + size for kind, size in sizes.items()}
        full = any(filled[kind] > self._limits[kind] for kind in sizes)
        if self._episodes and (full or differs or self._episodes == EPISODES_PER_FILE):
            self._number += 1
            self._episodes, filled = 0, dict(sizes)
        self._filled = filled
        self._episodes += 1
        return divmod(self._number, CHUNKS_SIZE)
