"""What each export costs: frames per second of one core, and time over writing the bytes alone.

The dataset holds one demonstration many times, so that little time goes into making it. Formats
whose packages are absent are left out. Of formats that grow it is also measured what the last ten
attempts cost, where the others are exported already.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ...generators.exports import EXPORTERS, EarlierExport, Growing, Picturing
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
    """Seconds of the second of two exports, whose first one imports what it needs."""
    exporter = EXPORTERS.load(name)
    exporter.needs.check(f"export {name}")
    exporter.export(made.dataset, folder / f"{name}-first")
    start, cpu = time.perf_counter(), time.process_time()
    exporter.export(made.dataset, folder / name)
    wall, spent = time.perf_counter() - start, time.process_time() - cpu
    written, total = _copied(folder / name, folder / f"{name}-copy")
    count = made.frames if isinstance(exporter, Picturing) else made.attempts * made.steps
    grown: dict[str, float] = {}
    if isinstance(exporter, Growing):
        seconds = _grown(exporter, name, made, before, folder)
        grown = {"grown_share": round(seconds / spent, 3)}
    return {
        **grown,
        "frames_per_second_core": round(count / spent, 1),
        "wall_seconds": round(wall, 3),
        "megabytes": round(total / 1e6, 3),
        "times_writing": round(wall / written, 1),
    }


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
    """Seconds that it takes to write the same files, and their bytes."""
    files = {p.relative_to(source): p.read_bytes() for p in source.rglob("*") if p.is_file()}
    start = time.perf_counter()
    for name, raw in sorted(files.items()):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return max(time.perf_counter() - start, 1e-6), sum(map(len, files.values()))
