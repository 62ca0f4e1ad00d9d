"""Writes the table of docs/reasons.md from `RefusalKind`.

python docs/make_refusals.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from between import refill

from cousins.schemas import RefusalKind

PAGE = Path(__file__).with_name("reasons.md")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
OBJECTS = ("A", "B", "C")
"""What stands for the names of objects."""


def table() -> str:
    """One row for each kind, in the order of the type."""
    rows = ["| kind | sentence | what to try |", "|---|---|---|"]
    rows += [
        f"| `{kind.value}` | {''.join(_shown(kind.sentence))} | {kind.remedy} |"
        for kind in RefusalKind
    ]
    return "\n".join(rows)


def _shown(template: str) -> Iterator[str]:
    """The parts of a template, with letters in place of its fields."""
    for text, field, spec, _ in Formatter().parse(template):
        yield text
        if field is None:
            continue
        unit = (spec or "").partition(" ")[2]
        if field.isdigit():
            yield f"*{OBJECTS[int(field)]}*"
        elif field.startswith("numbers"):
            yield f"*N* {unit}" if unit else "*N*"
        else:
            yield "*A, B*" if field == "all" else "*reasons*" if field == "because" else "*…*"


def main() -> None:
    """Rewrite the table between the marks."""
    refill(PAGE, BEGIN, END, table())


if __name__ == "__main__":
    main()
