"""The card of a dataset for the hub: what it is, how it was made, and under which licences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..schemas import DatasetSpec
from .licences import AssetUse
from .sources import MergedSource

HUB = {
    "Apache-2.0": "apache-2.0",
    "BSD-3-Clause": "bsd-3-clause",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "MIT": "mit",
}
"""The hub's identifier of a licence by SPDX's."""
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True)
class Card:
    """What a card says.

    Attributes:
        categories: of tasks, as the hub names them.
        tags: further words to find it by.
        rows: of the data.
        splits: pattern of the data files by split; empty where the hub cannot read them.
        what: what a row is, one sentence.
        load: Python that loads it; may be empty.
        sources: the datasets that it was merged from.
    """

    categories: Sequence[str]
    tags: Sequence[str]
    rows: int
    splits: Mapping[str, str]
    what: str
    load: str
    sources: Sequence[MergedSource] = ()


def card(spec: DatasetSpec, uses: Sequence[AssetUse], told: Card) -> str:
    """The text of README.md, with the hub's YAML before it.

    Args:
        spec: of the dataset.
        uses: the assets that it shows.
        told: what the export knows.
    """
    licences: dict[str, int] = {}
    for use in uses:
        licences[use.licence] = licences.get(use.licence, 0) + 1
    rows = "".join(f"| {name} | {licences[name]} |\n" for name in sorted(licences))
    code = f"```python\n{told.load}\n```\n\n" if told.load else ""
    return (
        f"{_front(spec.name, sorted(licences), told)}\n# {spec.name}\n\n"
        f"{told.what} It was made by simulation: every scene, goal and motion comes from a "
        f"specification and a seed.\n\n{code}"
        f"## Facts\n\n- robot: `{spec.robot}`, {spec.episodes.hz} actions per second\n"
        f"- rows: {told.rows}\n- tasks: {spec.tasks.count}, proposed by `{spec.tasks.proposer}`\n"
        f"- seed: {spec.seed}\n\n"
        f"## Licences of the assets that are shown\n\n| licence | assets |\n|---|---|\n{rows}\n"
        f"## To make it again\n\n{_again(told.sources)}\n"
    )


def _again(sources: Sequence[MergedSource]) -> str:
    if not sources:
        return (
            "`spec.json` in the folder that this is an export of has the specification and the "
            "versions of all packages: under these, `cousins generate` gives the same bytes."
        )
    named = ", ".join(f"{source.spec.name} (seed {source.spec.seed})" for source in sources)
    return (
        f"It was merged from {len(sources)} datasets: {named}. `source.json` beside the tasks of "
        "each, in the folder that this is an export of, has its specification and the versions of "
        "all packages: under these, `cousins generate` makes it again, and `cousins merge` in this "
        "order gives the same bytes."
    )


def _front(name: str, licences: Sequence[str], told: Card) -> str:
    """The YAML; JSON's strings and lists are YAML as well."""
    known = HUB.get(licences[0]) if len(licences) == 1 else None
    size = next((text for most, text in SIZES if told.rows < most), "n>1M")
    lines = [
        f"pretty_name: {json.dumps(name)}",
        f"license: {known or 'other'}",
        *([] if known else [f"license_name: {json.dumps(' AND '.join(licences) or 'none')}"]),
        f"task_categories: {json.dumps(list(told.categories))}",
        f"tags: {json.dumps([*told.tags, 'simulation', 'synthetic'])}",
        f"size_categories: [{json.dumps(size)}]",
    ]
    if told.splits:
        lines += ["configs:", "- config_name: default", "  data_files:"]
        lines += [f"  - split: {split}\n    path: {path}" for split, path in told.splits.items()]
    return "---\n" + "\n".join(lines) + "\n---\n"
