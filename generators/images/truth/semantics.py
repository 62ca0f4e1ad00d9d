"""Semantic ids: one number per BDDL category, the same in every dataset.

A category's id is its place, from 1, in the sorted list of all synsets (hypernyms included)
that the pinned `bddl` package knows; 0 is background, floor, and wall. So shards need no
common table, and images carry 16 bits.
"""

from __future__ import annotations

import csv
import difflib
from functools import cache

from ....scenes.core.taxonomy import data_folder, nodes
from ....schemas import SpecError

ROBOT_CATEGORY = "agent.n.01"


@cache
def semantic_ids() -> dict[str, int]:
    """Ids by category."""
    path = data_folder() / "synsets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["synset"] for row in rows} | set(nodes())
    for row in rows:
        names |= {name.strip() for name in row["hypernyms"].split(",")}
    return {name: place for place, name in enumerate(sorted(names - {""}), start=1)}


def semantic_id(category: str) -> int:
    """The id of a category.

    Raises:
        SpecError: where BDDL has no such category; the message offers the nearest.
    """
    found = semantic_ids().get(category)
    if found is None:
        near = difflib.get_close_matches(category, semantic_ids(), n=3)
        raise SpecError(f"category {category!r} is no BDDL synset; nearest: {', '.join(near)}")
    return found
