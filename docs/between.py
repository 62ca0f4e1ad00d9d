"""The part of a page between two marks, which a script writes."""

from __future__ import annotations

from pathlib import Path


def refill(page: Path, begin: str, end: str, text: str) -> None:
    """Write a text between the two marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
