"""Writes the table of causes in docs/solving.md from `schemas/causes.py` and plug-ins of skills.

python docs/make_reasons.py
"""

from __future__ import annotations

from pathlib import Path

from between import refill

from cousins.schemas import CAUSES, Cause, CauseInfo, SkillCause
from cousins.tasks.skills import PLUGINS

PAGE = Path(__file__).with_name("solving.md")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def causes() -> str:
    """Every cause with what it means and what to try, as Markdown."""
    rows = ["| cause | what it says | what to try |", "|---|---|---|"]
    named: list[tuple[Cause | SkillCause, CauseInfo]] = [(cause, CAUSES[cause]) for cause in Cause]
    named += [(cause, cause.info) for _, plugin in PLUGINS.own() for cause in plugin.causes]
    for cause, info in named:
        name = f"`{cause}`, `{cause}_...`" if info.compound else f"`{cause}`"
        rows.append(f"| {name} | {info.meaning} | {info.remedy} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the table between the marks."""
    refill(PAGE, BEGIN, END, causes())


if __name__ == "__main__":
    main()
