"""Writes the table of packages in docs/architecture.md from their docstrings.

python docs/make_packages.py
"""

from __future__ import annotations

import ast
from pathlib import Path

from between import refill

PAGE = Path(__file__).with_name("architecture.md")
ROOMS = ("scenes", "tasks", "generators", "flows")
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"


def table() -> str:
    """Every package of every room with the first line of its docstring, as Markdown."""
    rows = ["| package | holds |", "|---|---|"]
    for room in ROOMS:
        for file in sorted((PAGE.parents[1] / room).glob("*/__init__.py")):
            told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            name = f"{room}/{file.parent.name}/"
            rows.append(f"| `{name}` | {told.splitlines()[0].rstrip('.')} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the table between the marks."""
    refill(PAGE, BEGIN, END, table())


if __name__ == "__main__":
    main()
