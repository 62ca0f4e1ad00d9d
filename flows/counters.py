"""Counters of a run for Prometheus: a file that node_exporter's textfile collector reads."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from ..generators.durable import write_atomic
from ..generators.records import FinishedShard
from ..generators.shards import ShardRecord
from ..schemas import DatasetError, DatasetSpec
from .reporter import Reporter
from .work import ShardTask

VARIABLE = "COUSINS_METRICS"
"""Environment variable: the folder of the files, for runs that no command line starts."""
EVERY = 10.0
"""Seconds between two files of a run, at least."""

Sample = tuple[Mapping[str, str], float]
"""Labels, beside those of the run, and a value."""


class Counted:
    """A Reporter that also counts. Use as a context manager; leaving it writes the last file.

    Counters begin at zero with each run, as Prometheus expects of a program that starts again.

    Attributes:
        path: the file, `cousins-NAME-SEED.prom`.
    """

    def __init__(self, inner: Reporter, folder: Path, spec: DatasetSpec) -> None:
        """Begin to count.

        Args:
            inner: is told everything too; it is entered and left by its owner.
            folder: of the file; it has to be there, as the collector's has.
            spec: of the dataset.

        Raises:
            DatasetError: the folder is not there, or cannot be written.
        """
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise DatasetError(f"--metrics {folder}: choose a folder that is there and writable")
        self.path = folder / f"cousins-{spec.name}-{spec.seed}.prom"
        self._inner = inner
        self._run = {"dataset": spec.name, "seed": str(spec.seed)}
        self._made, self._found, self._failed = (Counter[str]() for _ in range(3))
        self._items = Counter[str]()
        self._total: dict[str, int] = {}
        self._began = time.time()
        self._last_shard = 0.0
        self._written = time.monotonic()

    def __enter__(self) -> Self:
        """Write the first file."""
        self._write(running=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Write the last one."""
        self._write(running=False)

    def note(self, text: str) -> None:
        """Something worth a line."""
        self._inner.note(text)

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """A shard was already there."""
        self._inner.found(record, total)
        self._found[record.place[0]] += 1
        self._changed(total)

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self._inner.finished(unit, record, total)
        self._made[unit.stage] += 1
        self._items.update(record.counts)
        self._last_shard = time.time()
        self._changed(total)

    def failed(self, unit: ShardTask, message: str) -> None:
        """A shard failed."""
        self._inner.failed(unit, message)
        self._failed[unit.stage] += 1
        self._changed(self._total)

    def _changed(self, total: dict[str, int]) -> None:
        self._total = dict(total)
        if time.monotonic() - self._written >= EVERY:
            self._write(running=True)

    def _write(self, running: bool) -> None:
        self._written = time.monotonic()
        write_atomic(self.path, "".join(self._lines(running)).encode())

    def _lines(self, running: bool) -> Iterable[str]:
        """The file, in Prometheus's text format."""
        stages = sorted(self._total.keys() | self._made.keys() | self._failed.keys())
        metrics: tuple[tuple[str, str, str, list[Sample]], ...] = (
            ("run_running", "gauge", "1 while the run goes on", [({}, float(running))]),
            ("run_start_time_seconds", "gauge", "When the run began", [({}, self._began)]),
            (
                "last_shard_time_seconds",
                "gauge",
                "When the last shard was made; 0 before the first",
                [({}, self._last_shard)],
            ),
            ("shards_made_total", "counter", "Shards that the run made", _by(stages, self._made)),
            (
                "shards_failed_total",
                "counter",
                "Failures of shards in the run",
                _by(stages, self._failed),
            ),
            ("shards_found", "gauge", "Shards of earlier runs", _by(stages, self._found)),
            ("shards_expected", "gauge", "Shards of the dataset", _by(stages, self._total)),
            (
                "items_made_total",
                "counter",
                "What is in the shards that the run made",
                [({"kind": kind}, float(count)) for kind, count in sorted(self._items.items())],
            ),
        )
        for name, kind, text, samples in metrics:
            yield from self._metric(f"cousins_{name}", kind, text, samples)

    def _metric(self, name: str, kind: str, text: str, samples: list[Sample]) -> Iterable[str]:
        yield f"# HELP {name} {text}.\n# TYPE {name} {kind}\n"
        for labels, value in samples:
            told = ",".join(f'{key}="{_escaped(x)}"' for key, x in {**self._run, **labels}.items())
            yield f"{name}{{{told}}} {value:.17g}\n"


def counted(inner: Reporter, spec: DatasetSpec) -> Reporter:
    """The reporter, counted where the environment names a folder."""
    folder = os.environ.get(VARIABLE)
    return Counted(inner, Path(folder), spec) if folder else inner


def _by(stages: Iterable[str], counts: Mapping[str, int]) -> list[Sample]:
    return [({"stage": stage}, float(counts.get(stage, 0))) for stage in stages]


def _escaped(value: str) -> str:
    """A label's value, as the text format wants it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
