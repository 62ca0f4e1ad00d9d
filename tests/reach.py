"""Which modules a stage of a dataset, or an export, can reach, along every import of its code.

Imports inside functions count, those for types alone do not. A package whose modules are plug-ins
leads to all of its own. Adapters of asset libraries are not followed: the versions of the packages
that they read are part of the library's own version.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cousins.generators.labels import LABELS
from cousins.generators.proposers import PROPOSERS
from cousins.generators.renderers import RENDERERS
from cousins.scenes.assets.categories import MODULES
from cousins.scenes.robots import ROBOTS
from cousins.schemas.plugins import Group
from cousins.tasks.skills import PLUGINS as SKILLS

ROOT = Path(__file__).parents[1]
ENTRIES = "flows.stages"
"""Holds a function for each of these, and imports there what it runs."""
FUNCTIONS = {
    "tasks": ("open_library", "_propose"),
    "scenes": ("open_library", "_build_scene"),
    "episodes": ("_solve",),
    "frames": ("_render_scene", "_render_episode"),
}


def modules(group: Group[Any]) -> tuple[str, ...]:
    """The modules of a group's own plug-ins, by their names below the package."""
    return tuple(group.source(name).module.removeprefix("cousins.") for name, _ in group.own())


PLUGINS = {
    "generators.labels": modules(LABELS),
    "generators.proposers": modules(PROPOSERS),
    "generators.renderers": modules(RENDERERS),
    "scenes.assets.categories": modules(MODULES),
    "scenes.assets.plugin": ("scenes.libraries.folder", "scenes.libraries.procedural"),
    "tasks.skills": modules(SKILLS),
    "scenes.robots": modules(ROBOTS),
}
"""Packages whose modules are found by their names: a stage that reaches one reaches them all."""


def module_path(name: str) -> Path | None:
    """The file of a module by its name below the package."""
    path = ROOT / Path(*name.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return found if found.is_file() else None


@cache
def parsed(name: str) -> tuple[str, ast.Module]:
    path = module_path(name)
    assert path is not None, name
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text)


def imports(module: str, root: ast.AST) -> Iterator[tuple[int, str]]:
    """(level, absolute name) of imports below a node, less those for types alone."""
    path = module_path(module)
    package = module.split(".") if path is not None and path.stem == "__init__" else []
    package = package or module.split(".")[:-1]
    waiting: list[ast.AST] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield node.level, start
            if node.level:
                yield from ((1, f"{start}.{alias.name}") for alias in node.names)


def starts(stage: str) -> list[tuple[int, str]]:
    """What the functions of a stage import, or the module of a format's exporter."""
    if stage not in FUNCTIONS:
        return [(1, f"generators.exports.{stage}")]
    functions = {
        node.name: node for node in parsed(ENTRIES)[1].body if isinstance(node, ast.FunctionDef)
    }
    return [x for name in FUNCTIONS[stage] for x in imports(ENTRIES, functions[name])]


def followed(start: list[tuple[int, str]]) -> tuple[set[str], set[str]]:
    """Our own modules that are reached from some imports, and what those import from elsewhere."""
    seen: set[str] = set()
    elsewhere: set[str] = set()
    waiting = list(start)
    while waiting:
        level, name = waiting.pop()
        if not level:
            elsewhere.add(name)
            continue
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if module in seen or module_path(module) is None:
                continue
            seen.add(module)
            waiting += imports(module, parsed(module)[1])
            if module in PLUGINS:
                waiting += [(1, name) for name in PLUGINS[module]]
    return seen, elsewhere
