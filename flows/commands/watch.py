"""`status`, and the estimate of `generate --dry-run`: both read folders and ask no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import DatasetPath, Json, default_out, emit, expected_errors, table

if TYPE_CHECKING:
    from ..estimate import RunEstimate
    from ..status import SeriesStatus, Status
    from ..survey import StageSurvey

FolderPath = Annotated[
    Path,
    typer.Argument(
        metavar="DATASET", help="A dataset's folder, or that of a series.", show_default=False
    ),
]
MOST = 5
"""Causes and reasons that are named."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, logs, cancel):
        app.command()(command)


def status(dataset: FolderPath, json: Json = False) -> None:
    """Say what of a dataset is finished, what is missing, and how its last run went."""
    with expected_errors():
        from ..stages import production
        from ..status import series_status
        from ..status import status as state_of

        series = series_status(dataset)
        if series is not None:
            emit(asdict(series)) if json else table(_series_rows(series))
            return
        found = state_of(dataset, production())
        if json:
            emit({**asdict(found), "finished": found.finished})
        else:
            table(_rows(found))


def logs(
    dataset: DatasetPath,
    lines: Annotated[int, typer.Option(min=1, help="The last shards that are shown.")] = 20,
    failures: Annotated[
        bool, typer.Option("--failures", help="Show tracebacks, and what is quarantined.")
    ] = False,
) -> None:
    """Show when the last shards of a dataset were made, or why some failed."""
    with expected_errors():
        from ..logs import failure_lines, shard_lines

        for line in failure_lines(dataset) if failures else shard_lines(dataset, lines):
            typer.echo(line)


def cancel(dataset: DatasetPath, json: Json = False) -> None:
    """End the runs of this machine that make a dataset; what is finished is kept."""
    with expected_errors():
        from ..logs import cancel as end

        found = end(dataset)
        if json:
            emit({"processes": list(found)})
        else:
            shown = ", ".join(str(process) for process in found)
            typer.echo(f"asked to end: process {shown}; the same command goes on")


def estimate(
    path: Path,
    out: Path | None,
    workers: int | None,
    as_json: bool,
    values: Sequence[str] | None = None,
) -> None:
    """Check a spec, and say what making it would cost; nothing is made.

    Args:
        path: of the YAML file.
        out: the dataset's folder; None is out/NAME.
        workers: processes; None is one for each core.
        as_json: answer with one JSON object.
        values: that are put in the place of the file's, as `--set` takes them.
    """
    with expected_errors():
        from ...schemas.given_file import lines_of
        from ...schemas.spec_file import load_spec
        from ..checks import check_exports, check_spec
        from ..corrections import with_failures
        from ..environment import cores
        from ..estimate import estimate_run
        from ..robots import with_robot
        from ..stages import open_library, production

        spec = with_failures(with_robot(load_spec(path, values or ())))
        library = open_library(spec.assets)
        with lines_of(path, values or ()):
            check_spec(spec, library)
        check_exports(spec.export)
        folder = default_out(spec, out)
        found = estimate_run(folder, spec, production(), library.version, workers or cores())
        if as_json:
            totals = {"seconds": found.seconds, "bytes": found.bytes, "memory": found.memory}
            emit({**asdict(found), **totals})
        else:
            table(_estimate_rows(found))


def _rows(found: Status) -> list[tuple[str, str]]:
    counts = {name: count for name, count in found.counts.items() if count}
    rows = [("dataset", f"{found.name}, seed {found.seed}")]
    rows.append(("state", "finished" if found.finished else "not finished"))
    rows += [(stage, _shards(state)) for stage, state in found.stages.items()]
    rows.append(("holds", ", ".join(f"{count} {name}" for name, count in counts.items()) or "-"))
    rows += [("failed for", f"{cause} x{n}") for cause, n in islice(found.failures.items(), MOST)]
    rows += [("refused for", f"{said} x{n}") for said, n in islice(found.refusals.items(), MOST)]
    rows += [("quarantined", said) for said in islice(found.quarantined.values(), MOST)]
    if (more := len(found.quarantined) - MOST) > 0:
        rows.append(("", f"and {more} more; the folder quarantine/ has all"))
    if found.process is not None:
        rows.append(("running", f"process {found.process} works on it"))
    if found.last_shard:
        rows.append(("last shard", found.last_shard))
    if found.summary:
        rows.append(("dataset hash", str(found.summary["dataset_hash"])))
    return rows


def _shards(state: StageSurvey) -> str:
    old = f", {state.outdated} made from another spec or version" if state.outdated else ""
    missing = f", {state.missing} missing" if state.missing else ""
    left_out = f", {state.quarantined} quarantined" if state.quarantined else ""
    return f"{state.made} of {state.expected} shards{missing}{left_out}{old}"


def _series_rows(found: SeriesStatus) -> list[tuple[str, str]]:
    return [
        ("finished", _seeds(found.finished)),
        ("begun", _seeds(found.begun)),
        *(("skipped", f"seed {seed}: {count} errors") for seed, count in found.skipped.items()),
    ]


def _seeds(seeds: tuple[int, ...]) -> str:
    if not seeds:
        return "none"
    return f"{len(seeds)} (seed {', '.join(str(seed) for seed in seeds[-MOST:])})"


def _estimate_rows(found: RunEstimate) -> list[tuple[str, str]]:
    rows = [
        (
            stage,
            f"{left.shards} shards, {_time(left.seconds)} on one core, {_size(left.bytes)}"
            f" ({'measured here' if left.measured else 'default rates'})",
        )
        for stage, left in found.stages.items()
    ]
    return [
        *rows,
        ("time", f"about {_time(found.seconds)} with {found.workers} workers"),
        ("disk", f"about {_size(found.bytes)}"),
        ("memory", f"about {_size(found.memory)}"),
    ]


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(number: int) -> str:
    return f"{number / 1e6:.0f} MB" if number < 1e9 else f"{number / 1e9:.1f} GB"
