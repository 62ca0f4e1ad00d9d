"""Writes the table of causes in docs/solving.md from `schemas/causes.py`.

python docs/make_reasons.py
"""

from __future__ import annotations

from pathlib import Path

from cousins.schemas import CAUSES, Cause

PAGE = Path(__file__).with_name("solving.md")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def causes() -> str:
    """Every cause with what it means and what to try, as Markdown."""
    rows = ["| cause | what it says | what to try |", "|---|---|---|"]
    for cause in Cause:
        info = CAUSES[cause]
        name = f"`{cause}`, `{cause}_...`" if info.compound else f"`{cause}`"
        rows.append(f"| {name} | {info.meaning} | {info.remedy} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the table between the marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{causes()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
