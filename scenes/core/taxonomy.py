"""BDDL's taxonomy of categories: ancestors, distance and abilities.

Reads the hierarchy file inside the `bddl` package without importing it, since that package's
knowledge base takes minutes and reaches for the network.
"""

from __future__ import annotations

import difflib
import json
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...schemas import BackendMissingError, SpecError
from .everyday import EVERYDAY


@dataclass(frozen=True)
class Node:
    """A synset: its direct hypernyms and hyponyms, model categories and abilities."""

    name: str
    parents: tuple[str, ...]
    children: tuple[str, ...]
    models: tuple[str, ...]
    """Categories of BEHAVIOR models, such as `bottom_cabinet`."""
    abilities: frozenset[str]


def data_folder() -> Path:
    """Where the bddl package keeps its generated data.

    Raises:
        BackendMissingError: where bddl is not installed.
    """
    spec = find_spec("bddl")
    if spec is None or not spec.submodule_search_locations:
        raise BackendMissingError("bddl is not installed; try: pip install bddl==3.6.0")
    return Path(spec.submodule_search_locations[0]) / "generated_data"


@lru_cache(maxsize=1)
def nodes() -> dict[str, Node]:
    """All synsets by name, in the order of the file, top down."""
    root: dict[str, Any] = json.loads(
        (data_folder() / "output_hierarchy_properties.json").read_text(encoding="utf-8")
    )
    parents: dict[str, list[str]] = {}
    found: dict[str, dict[str, Any]] = {}
    queue: deque[tuple[dict[str, Any], str | None]] = deque([(root, None)])
    while queue:
        entry, parent = queue.popleft()
        name: str = entry["name"]
        above = parents.setdefault(name, [])
        if parent is not None and parent not in above:
            above.append(parent)
        if name not in found:
            found[name] = entry
            queue.extend((child, name) for child in entry.get("children", ()))
    return {
        name: Node(
            name=name,
            parents=tuple(parents[name]),
            children=tuple(dict.fromkeys(child["name"] for child in entry.get("children", ()))),
            models=tuple(entry.get("categories", ())),
            abilities=frozenset(entry["abilities"]),
        )
        for name, entry in found.items()
    }


def _meant(word: str) -> list[str]:
    """The synsets that a word means: by their own name, by that of a model, or in everyday use."""
    known = nodes()
    found = [name for name in known if name.split(".")[0] == word]
    found = found or [name for name, entry in known.items() if word in entry.models]
    usual = EVERYDAY.get(word) or EVERYDAY.get(word.rsplit("_", 1)[-1])
    return found or [name for name in (usual,) if name in known]


def node(category: str) -> Node:
    """One synset.

    Raises:
        SpecError: where BDDL has no such synset; the message offers the nearest names.
    """
    found = nodes().get(category)
    if found is None:
        near = _meant(category.split(".")[0])
        near = near or difflib.get_close_matches(category, nodes(), n=4, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise SpecError(f"BDDL has no category {category!r}{hint}")
    return found


@lru_cache(maxsize=4096)
def ancestors(category: str) -> dict[str, int]:
    """Each hypernym with the least number of steps up to it; the category itself at 0."""
    steps = {node(category).name: 0}
    queue = deque(steps)
    while queue:
        name = queue.popleft()
        for parent in nodes()[name].parents:
            if parent not in steps:
                steps[parent] = steps[name] + 1
                queue.append(parent)
    return steps


@lru_cache(maxsize=4096)
def depth(category: str) -> int:
    """Steps from the category to the top."""
    return max(ancestors(category).values())


def is_a(category: str, ancestor: str) -> bool:
    """Whether `ancestor` is the category or one of its hypernyms."""
    return node(ancestor).name in ancestors(category)


@lru_cache(maxsize=1 << 16)
def distance(first: str, second: str) -> float:
    """How unlike two categories are, in [0, 1]: 0 the same, 1 nothing in common but the root.

    One less the similarity of Wu and Palmer, 2 depth(common) / (depth(a) + depth(b)), with
    depths along the shortest ways through the nearest common hypernym
    (Verbs semantics and lexical selection, ACL 1994).
    """
    up, other = ancestors(first), ancestors(second)
    best = 1.0
    for common, steps in up.items():
        if common in other:
            apart = steps + other[common]
            best = min(best, apart / (apart + 2 * depth(common))) if apart else 0.0
    return best


def abilities(category: str) -> frozenset[str]:
    """Its abilities in BDDL: `openable`, `fillable`, `toggleable`, ...

    Raises:
        SpecError: where BDDL has no such synset.
    """
    return node(category).abilities


@lru_cache(maxsize=1)
def _raw_inventory() -> dict[str, Any]:
    """BEHAVIOR's list of models, with their sizes."""
    found: dict[str, Any] = json.loads(
        (data_folder() / "object_inventory.json").read_text(encoding="utf-8")
    )
    return found


@lru_cache(maxsize=1)
def _inventory() -> dict[str, tuple[tuple[float, float, float], ...]]:
    """Bounding boxes of BEHAVIOR's models by model category."""
    raw = _raw_inventory()
    boxes: dict[str, list[tuple[float, float, float]]] = {}
    for key in raw["providers"]:
        model, _, identity = key.rpartition("-")
        if identity in raw["bounding_box_sizes"]:
            x, y, z = raw["bounding_box_sizes"][identity]
            boxes.setdefault(model, []).append((x, y, z))
    return {model: tuple(sizes) for model, sizes in boxes.items()}


def behavior_models(category: str) -> tuple[tuple[str, str, tuple[float, float, float]], ...]:
    """BEHAVIOR's models of a category: folder, model, and extents (x, y, z) in metres.

    Raises:
        SpecError: where BDDL has no such synset.
    """
    raw = _raw_inventory()
    wanted = set(node(category).models)
    found: list[tuple[str, str, tuple[float, float, float]]] = []
    for key in sorted(raw["providers"]):
        folder, _, model = key.rpartition("-")
        if folder in wanted and model in raw["bounding_box_sizes"]:
            x, y, z = raw["bounding_box_sizes"][model]
            found.append((folder, model, (x, y, z)))
    return tuple(found)


def metric_boxes(category: str) -> tuple[tuple[float, float, float], ...]:
    """Extents (x, y, z) in metres of BEHAVIOR's models of a category and its hyponyms.

    Raises:
        SpecError: where BDDL has no such synset.
    """
    seen: dict[str, None] = {}
    queue = deque([node(category).name])
    while queue:
        name = queue.popleft()
        if name not in seen:
            seen[name] = None
            queue.extend(nodes()[name].children)
    return tuple(
        box
        for name in seen
        for model in nodes()[name].models
        for box in _inventory().get(model, ())
    )
