"""Writes the table of skills in docs/skills.md from what they declare in `tasks/skills/`.

python docs/make_skills.py
"""

from __future__ import annotations

from pathlib import Path

from between import refill

from cousins.tasks.skills import skills

PAGE = Path(__file__).with_name("skills.md")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def table() -> str:
    """Every skill with what it declares, as Markdown."""
    rows = [
        "| skill | what it does | needs | brings about | how | solver | suites |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, skill in skills().items():
        about = skill.about
        suites = ", ".join(f"`{suite}`" for suite in about.suites)
        told = (about.summary, about.needs, about.brings_about, about.how)
        rows.append(f"| `{name}` | {' | '.join(told)} | {', '.join(about.solvers)} | {suites} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the table between the marks."""
    refill(PAGE, BEGIN, END, table())


if __name__ == "__main__":
    main()
