"""Writes tables and counts of the pages below from what plug-ins declare.

    python docs/make_plugins.py

A table stands between `<!-- generated: NAME -->` and `<!-- generated: end -->`. Counts of the
procedural library's categories are found by the words around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from cousins.flows.engines import ENGINES
from cousins.generators.exports import EXPORTERS
from cousins.generators.labels import LABELS, StoragePlace
from cousins.generators.proposers import PROPOSERS
from cousins.generators.renderers import RENDERERS
from cousins.generators.simulators import SIMULATORS
from cousins.scenes.assets.categories import MODULES
from cousins.scenes.assets.plugin import LIBRARIES
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.robots import ROBOTS
from cousins.schemas.plugins import Group

FOLDER = Path(__file__).parent
PAGES = (
    *(FOLDER / f"{name}.md" for name in (
        "architecture", "catalogue", "cousins", "labels", "plugins", "robots"
    )),
    FOLDER.parent / "README.md",
)  # fmt: skip


class Described(Protocol):
    """A plug-in, as far as tables go."""

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        ...


def table(group: Group[Described]) -> str:
    """The plug-ins of a group that come along, with their summaries."""
    rows = ["| name | what it is |", "|---|---|"]
    rows += [f"| `{name}` | {offered.summary} |" for name, offered in group.own()]
    return "\n".join(rows)


def label_table(place: StoragePlace, column: str) -> str:
    """What labels store in one place."""
    rows = [f"| label | {column} | meaning |", "|---|---|---|"]
    for name, label in LABELS.own():
        first = f"`{name}`"
        for value in label.values:
            if value.place == place:
                stored = f"`.{value.name}`" if place == StoragePlace.FILE else f"`{value.name}`"
                coded = f"{stored}, {value.form}" if value.form else stored
                rows.append(f"| {first} | {coded} | {value.meaning} |")
                first = ""
    return "\n".join(rows).replace("|  |", "| |")


def category_table() -> str:
    """The categories of each builder module that comes along."""
    rows = ["| module | categories |", "|---|---|"]
    for name, builders in MODULES.own():
        made = ", ".join(f"`{category.name}`" for category in builders.categories)
        rows.append(f"| `{name}` | {made} |")
    return "\n".join(rows)


def seam_table() -> str:
    """What implements each seam that plug-ins fill."""
    seams: tuple[tuple[str, Group[Described]], ...] = (
        ("AssetLibrary", LIBRARIES), ("Proposer", PROPOSERS), ("RenderBackend", RENDERERS),
        ("Simulator", SIMULATORS), ("Exporter", EXPORTERS), ("Engine", ENGINES),
    )  # fmt: skip
    rows = ["| seam | implementations |", "|---|---|"]
    for word, group in seams:
        names = ", ".join(name for name, _ in group.own())
        rows.append(f"| `{word}` | {names} |")
    return "\n".join(rows)


TABLES: dict[str, Callable[[], str]] = {
    "exporters": lambda: table(EXPORTERS),
    "proposers": lambda: table(PROPOSERS),
    "renderers": lambda: table(RENDERERS),
    "simulators": lambda: table(SIMULATORS),
    "engines": lambda: table(ENGINES),
    "libraries": lambda: table(LIBRARIES),
    "robots": lambda: table(ROBOTS),
    "categories": category_table,
    "seams": seam_table,
    "files": lambda: label_table(StoragePlace.FILE, "file"),
    "objects": lambda: label_table(StoragePlace.OBJECT, "field"),
    "frames": lambda: label_table(StoragePlace.FRAME, "field"),
}


@cache
def counts() -> tuple[int, int]:
    """How many categories the procedural library makes, and how many of them have joints."""
    made = [category.name for _, builders in MODULES.own() for category in builders.categories]
    library = ProceduralLibrary()
    ids = library.ids()
    return len(made), sum(bool(library.get(ids[name][0]).joints) for name in made)


def filled(page: str) -> str:
    """A page with its tables and counts written anew."""
    page = re.sub(
        r"(<!-- generated: (\w+) -->\n).*?(<!-- generated: end -->)",
        lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}",
        page,
        flags=re.DOTALL,
    )
    every, jointed = counts()
    page = re.sub(r"\b\d+(?= (?:procedural )?categories\b(?! BDDL))", str(every), page)
    return re.sub(r"\b\d+(?= of them with\b)", str(jointed), page)


def main() -> None:
    """Rewrite the tables and counts of all pages."""
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
