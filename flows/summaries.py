"""A finished run in words: a page of Markdown, and what a notification says."""

from __future__ import annotations

from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.quality.measures import failures_by_cause
from .run import Summary

MOST = 12
"""Causes and reasons that are named."""


def as_markdown(dataset: Dataset, summary: Summary, sheet: Path | None) -> str:
    """Counts, failures by cause, refusals, the hash, and where to look.

    Args:
        dataset: what was made.
        summary: of the run that made it.
        sheet: a picture of some frames, where there is one.
    """
    counts = [(name.replace("_", " "), count) for name, count in summary.counts.items()]
    made = [("shards made", summary.shards_made), ("seconds", round(summary.seconds))]
    parts = [f"# {summary.name}", _table("what", [*counts, *made])]
    if summary.shortfall:
        parts.append(f"**It fell short:** {_plain(summary.shortfall)}")
    causes = list(failures_by_cause(dataset.episodes()).items())
    if causes:
        parts += ["## Failures by cause", _table("cause", causes[:MOST])]
    if summary.refusals:
        parts += ["## Scenes refused for", _table("reason", list(summary.refusals.items())[:MOST])]
    if summary.quarantined:
        said = [f"- {_plain(text)}" for text in list(summary.quarantined.values())[:MOST]]
        more = len(summary.quarantined) - MOST
        said += [f"- and {more} more"] if more > 0 else []
        parts += ["## Left out after failures", "\n".join(said)]
    folder = Path(summary.out).resolve()
    links = [f"- folder: `{folder}`", f"- dataset hash: `{summary.dataset_hash}`"]
    if summary.report:
        page = Path(summary.report).resolve()
        links.append(f"- report: [{page}]({page.as_uri()})")
    if sheet is not None:
        links.append(f"- pictures: [{sheet}]({sheet.as_uri()})")
    return "\n\n".join([*parts, "\n".join(links)]) + "\n"


def _table(title: str, rows: list[tuple[str, int]]) -> str:
    lines = [f"| {title} | number |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {_plain(name)} | {number} |" for name, number in rows)])


def _plain(text: str) -> str:
    """Text that stays in its cell."""
    return text.replace("|", "\\|").replace("\n", " ")
