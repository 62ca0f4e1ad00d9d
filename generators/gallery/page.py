"""The catalogue page: one HTML file that needs nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from ...scenes.assets.index import Index, Progress
from ...scenes.assets.library import AssetLibrary
from ...schemas import DatasetError
from ..templates import page_template
from .facts import SECTIONS, Gallery, gather, totals
from .thumbnails import OPENINGS

REFUSALS = 300
"""Reasons that are listed for each library, at most."""


def write_page(
    indexed: Sequence[tuple[AssetLibrary, Index]], out: Path, progress: Progress | None = None
) -> Path:
    """Write the catalogue of some libraries, each with its index.

    Args:
        indexed: what to show.
        out: the HTML file; its folder is made where missing.
        progress: told about each category that is pictured.

    Raises:
        RenderError: where pictures are missing and nothing can be drawn here.
        DatasetError: where the file cannot be written.
    """
    html = render(gather(indexed, progress))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=out.parent, suffix=".tmp", delete=False, encoding="utf-8"
        ) as file:
            file.write(html)
        os.chmod(file.name, 0o644)
        os.replace(file.name, out)
    except OSError as error:
        raise DatasetError(f"cannot write {out}: {error.strerror}") from error
    return out


def render(gallery: Gallery) -> str:
    """The page as HTML."""
    folder = Path(__file__).parent
    facts = {tile.record.id: tile.facts for card in gallery.cards for tile in card.tiles}
    return page_template(folder).render(
        gallery=gallery,
        sections=SECTIONS,
        totals=totals(gallery.libraries),
        last=len(OPENINGS) - 1,
        refusals=REFUSALS,
        assets=facts,
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),
        script=Markup((folder / "script.js").read_text(encoding="utf-8")),
    )
