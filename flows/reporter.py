"""Reports on a run while it goes on."""

from __future__ import annotations

from typing import Protocol, Self

from ..generators.records import FinishedShard
from ..generators.shards import ShardRecord
from .work import ShardTask


class Reporter(Protocol):
    """Is told how a run goes on; a context manager around the run."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *_: object) -> None:
        """End."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line."""
        ...

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """A shard was already there."""
        ...

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        ...

    def failed(self, unit: ShardTask, message: str) -> None:
        """A shard failed."""
        ...


class Silent:
    """Reports nothing."""

    def __enter__(self) -> Self:
        """Nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """Nothing."""

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """Nothing."""

    def failed(self, unit: ShardTask, message: str) -> None:
        """Nothing."""
