"""Writes the table of packages in docs/architecture.md from their docstrings and imports.

python docs/make_packages.py
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from between import refill

PAGE = Path(__file__).with_name("architecture.md")
sys.path.append(str(PAGE.parents[1] / "tests"))

from reach import FUNCTIONS, followed, starts  # noqa: E402

from cousins.generators.exports import EXPORTERS  # noqa: E402

ROOMS = ("scenes", "tasks", "generators", "flows")
WRITES = "generators/store"
"""Writes what all stages give."""
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"


def table() -> str:
    """Every package of every room: its docstring's first line, and the stages that reach it."""
    stages = {stage: followed(starts(stage))[0] for stage in FUNCTIONS}
    stages["exports"] = set[str]().union(
        *(followed(starts(name))[0] for name, _ in EXPORTERS.own())
    )
    rows = ["| package | holds | reached by |", "|---|---|---|"]
    for room in ROOMS:
        for file in sorted((PAGE.parents[1] / room).glob("*/__init__.py")):
            told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            name = f"{room}/{file.parent.name}"
            inside = f"{room}.{file.parent.name}"
            reaching = [
                stage
                for stage, modules in stages.items()
                if any(x == inside or x.startswith(f"{inside}.") for x in modules)
            ]
            if name == WRITES:
                reaching = list(stages)
            line = told.splitlines()[0].rstrip(".")
            rows.append(f"| `{name}/` | {line} | {', '.join(reaching) or 'none'} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the table between the marks."""
    refill(PAGE, BEGIN, END, table())


if __name__ == "__main__":
    main()
