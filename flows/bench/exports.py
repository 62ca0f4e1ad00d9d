"""What each export costs: frames per second of one core, and time over writing the bytes alone.

All is counted in CPU seconds, which other programs do not lengthen. The dataset holds one
demonstration many times, so that little time goes into making it. Formats whose packages are absent
are left out. Of formats that grow it is also measured what the last ten attempts cost, where the
others are exported already.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ...generators.exports import EXPORTERS, EarlierExport, Exporter, Growing, Picturing
from ...generators.shards import PER_SHARD, STAGES
from ...schemas import BackendMissingError, DatasetError
from ._export_set import ExportSet, write_sets

SMALL, LARGE = 20, 110
"""Attempts; the last ten are added where formats grow."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `exports`."""
    with tempfile.TemporaryDirectory() as folder:
        attempts = SMALL if small else LARGE
        roots = {Path(folder) / "set": attempts, Path(folder) / "before": attempts - PER_SHARD}
        made, before = write_sets(roots, seed)
        formats: dict[str, dict[str, float]] = {}
        left_out: dict[str, str] = {}
        for name in EXPORTERS.names():
            try:
                formats[name] = _measured(name, made, before, Path(folder))
            except (BackendMissingError, DatasetError) as error:
                left_out[name] = str(error)
    return {
        "formats": formats,
        "left_out": left_out,
        "attempts": made.attempts,
        "rows": made.attempts * made.steps,
        "frames": made.frames,
    }


def _measured(name: str, made: ExportSet, before: ExportSet, folder: Path) -> dict[str, float]:
    """Of the cheaper of two exports that follow one which imports what it needs."""
    exporter = EXPORTERS.load(name)
    exporter.needs.check(f"export {name}")
    runs = [_exported(exporter, made, folder / f"{name}-{run}") for run in range(3)]
    wall, spent = min(runs[1:], key=lambda run: run[1])
    written, total = _copied(folder / f"{name}-0", folder / f"{name}-copy")
    count = made.frames if isinstance(exporter, Picturing) else made.attempts * made.steps
    grown: dict[str, float] = {}
    if isinstance(exporter, Growing):
        seconds = _grown(exporter, name, made, before, folder)
        grown = {"grown_share": round(seconds / spent, 3)}
    return {
        **grown,
        "frames_per_second_core": round(count / spent, 1),
        "cpu_seconds": round(spent, 3),
        "wall_seconds": round(wall, 3),
        "megabytes": round(total / 1e6, 3),
        "writing_seconds": round(written, 4),
        "times_writing": round(spent / written, 1),
    }


def _exported(exporter: Exporter, made: ExportSet, out: Path) -> tuple[float, float]:
    """Wall and CPU seconds of an export."""
    start, cpu = time.perf_counter(), time.process_time()
    exporter.export(made.dataset, out)
    return time.perf_counter() - start, time.process_time() - cpu


def _grown(exporter: Growing, name: str, made: ExportSet, before: ExportSet, folder: Path) -> float:
    """CPU seconds that the last attempts cost where those before them are exported already."""
    EXPORTERS.load(name).export(before.dataset, folder / f"{name}-before")
    number = before.attempts // PER_SHARD
    shards = {**dict.fromkeys(STAGES, number), STAGES[0]: 0}
    cpu = time.process_time()
    earlier = EarlierExport(folder / f"{name}-before", shards)
    exporter.grow(made.dataset, folder / f"{name}-grown", earlier)
    return time.process_time() - cpu


def _copied(source: Path, target: Path) -> tuple[float, int]:
    """CPU seconds that it takes to write the same files, the least of three, and their bytes."""
    files = {p.relative_to(source): p.read_bytes() for p in source.rglob("*") if p.is_file()}
    written = min(_written(files, target / str(run)) for run in range(3))
    return max(written, 1e-6), sum(map(len, files.values()))


def _written(files: dict[Path, bytes], target: Path) -> float:
    start = time.process_time()
    for name, raw in sorted(files.items()):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return time.process_time() - start
