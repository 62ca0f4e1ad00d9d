"""The review page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from ..durable import write_atomic
from ..templates import page_template
from .cards import ReviewCard


def write_page(path: Path, name: str, cards: Sequence[ReviewCard], decisions: Path) -> None:
    """Write the page.

    Args:
        path: the file.
        name: of the dataset.
        cards: of its tasks.
        decisions: the file of decisions that the next run reads.
    """
    folder = Path(__file__).parent
    known = {
        card.task.id: {
            "seen": card.seen,
            "instruction": card.task.instruction,
            "decided": card.decision.model_dump(mode="json") if card.decision else {},
        }
        for card in cards
    }
    html = page_template(folder).render(
        name=name,
        cards=cards,
        doubtful=sum(bool(card.flags) for card in cards),
        alike=sum(bool(card.near) for card in cards),
        decisions=decisions,
        data=known,
        style=Markup((folder.parent / "report" / "style.css").read_text(encoding="utf-8")),
        own=Markup((folder / "style.css").read_text(encoding="utf-8")),
        script=Markup((folder / "script.js").read_text(encoding="utf-8")),
    )
    write_atomic(path, html.encode())
