"""Which BDDL category is a kind of which: the hierarchy that the `bddl` package ships."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..schemas import SpecError


@cache
def bddl_folder() -> Path:
    """Where the `bddl` package lies; importing its knowledge base would take minutes.

    Raises:
        SpecError: where the package is not installed.
    """
    spec = find_spec("bddl")
    if spec is None or not spec.submodule_search_locations:
        raise SpecError("the package `bddl` is not installed; try: pip install bddl==3.6.0")
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def _parents() -> dict[str, tuple[str, ...]]:
    path = bddl_folder() / "generated_data" / "output_hierarchy.json"
    parents: dict[str, tuple[str, ...]] = {}
    stack: list[Any] = [json.loads(path.read_text())]
    while stack:
        node = stack.pop()
        for child in node.get("children", ()):
            parents[child["name"]] = (*parents.get(child["name"], ()), node["name"])
            stack.append(child)
    return parents


@cache
def ancestors(category: str) -> frozenset[str]:
    """Every category that this one is a kind of, itself included."""
    found = {category}
    waiting = [category]
    while waiting:
        for parent in _parents().get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)
