"""The report: one self-contained HTML page about a dataset."""

from __future__ import annotations

from pathlib import Path

from ..dataset import Dataset
from ..durable import write_atomic


def write_report(dataset: Dataset, out: Path) -> Path:
    """Write a page that needs no network: counts, pictures, clips, charts, and licences.

    Args:
        dataset: what to report on; whatever it lacks is said on the page.
        out: the HTML file, or a folder to put `index.html` into.

    Returns:
        The HTML file.

    Raises:
        DatasetError: where the dataset's files are damaged.
    """
    from .page import render

    target = out if out.suffix == ".html" else out / "index.html"
    write_atomic(target, render(dataset).encode())
    return target
