"""The summary of a run as a table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .common import table

if TYPE_CHECKING:
    from ...schemas import DatasetSpec
    from ..run import Summary

SKIPPED = 3
"""Skipped values of sweeps, and reasons for refusals, that the summary names."""


def show_summary(summary: Summary, until: str, spec: DatasetSpec, more: Mapping[str, str]) -> None:
    """Print what was made, up to the last stage that was asked for, and further rows.

    Args:
        summary: of the run.
        until: the last stage.
        spec: of the dataset.
        more: rows for the end, by their title.
    """
    counts = summary.counts
    rows = [("tasks", "none" if spec.without_tasks else str(counts["tasks"]))]
    if counts.get("answers"):
        rows.append(("answers", f"{counts['answers']}, of which {counts['unfit']} did not pass"))
    if counts.get("requests"):
        rows.append(("asked", f"{counts['requests']} requests, {counts['tokens']:,} tokens"))
    if counts.get("rejected") or counts.get("edited"):
        rows.append(("review", f"{counts['rejected']} rejected, {counts['edited']} edited"))
    if until != "tasks":
        refused = f" ({counts['refused']} refused)" if counts["refused"] else ""
        rows.append(("scenes", f"{counts['scenes']}{refused}"))
        rows += [
            ("refused for", f"{said} x{count}")
            for said, count in islice(summary.refusals.items(), SKIPPED)
        ]
    if until in ("episodes", "frames") and spec.episodes.per_task:
        share = counts["solved"] / counts["attempts"] if counts["attempts"] else 0.0
        rows.append(("attempts", str(counts["attempts"])))
        rows.append(("solved", f"{counts['solved']} ({share:.0%})"))
    if until == "frames":
        videos = f", and {counts['videos']} videos" if spec.episodes.per_task else ""
        rows.append(("frames", f"{counts['frames']}{videos}"))
        rows += _skipped(Path(summary.out), counts["skipped"])
    rows += [("quarantined", said) for said in islice(summary.quarantined.values(), SKIPPED)]
    if len(summary.quarantined) > SKIPPED:
        rows.append(("", f"and {len(summary.quarantined) - SKIPPED} more; see `cousins status`"))
    rows += [
        ("time", f"{summary.seconds:.1f} s, {summary.shards_made} shards made"),
        ("dataset hash", summary.dataset_hash),
        ("folder", summary.out),
    ]
    if summary.report:
        rows.append(("look at", summary.report))
    table([*rows, *more.items()])


def _skipped(folder: Path, count: int) -> list[tuple[str, str]]:
    """Rows that say which values of sweeps gave no frames, and why."""
    from ...generators.dataset import Dataset

    records = islice(Dataset(folder).skipped(), SKIPPED if count else 0)
    rows = [("skipped", record.text) for record in records]
    if count > SKIPPED:
        rows.append(("", f"and {count - SKIPPED} more; the report lists them"))
    return rows
