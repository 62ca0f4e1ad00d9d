"""The folder that an export is written to."""

from __future__ import annotations

from pathlib import Path

from ...schemas import DatasetError


def refuse_files(out: Path) -> None:
    """Refuse a folder that holds files already.

    Raises:
        DatasetError: naming the folder.
    """
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out} is not empty: remove it or choose another folder")
