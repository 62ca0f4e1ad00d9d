"""What a dataset is, as one hash: its spec, and all files of its shards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...schemas import DatasetError
from ..dataset import read_saved
from ..records import readings
from ..shards import EXPORTS, STAGES, ShardRecord
from .changes import without_unread
from .hashing import file_hash

SEAL = "manifest/spec.sha256"
"""Relative to the dataset's folder: the hash of spec.json as it was written."""


def seal_broken(root: Path) -> bool:
    """Whether spec.json is not what was written; a dataset of an older version has no seal."""
    place = root / SEAL
    if not place.is_file():
        return False
    return place.read_text(encoding="utf-8", errors="replace").strip() != file_hash(
        root / "spec.json"
    )


def dataset_hash(root: Path) -> str:
    """SHA-256 over the sorted paths and hashes of the spec, and of all files of its shards.

    The files are read. What belongs to no shard, such as a user's own folder, does not count.
    """
    files = {
        name
        for record in readings(root, (*STAGES, EXPORTS))
        if isinstance(record, ShardRecord)  # a broken record is no record
        for name in record.files
    }
    there = (root / name for name in sorted(files))
    return combined_hash(
        root,
        ((path.relative_to(root).as_posix(), file_hash(path)) for path in there if path.is_file()),
    )


def combined_hash(root: Path, files: Iterable[tuple[str, str]]) -> str:
    """The hash of a dataset over its files in the order of their names, before its spec.json.

    Args:
        root: the dataset's folder, whose spec.json is read.
        files: paths relative to it, and hashes.
    """
    total = hashlib.sha256()
    for name, digest in (*files, ("spec.json", _spec_hash(root / "spec.json"))):
        total.update(f"{digest}  {name}\n".encode())
    return total.hexdigest()


def _spec_hash(path: Path) -> str:
    """The hash of a spec.json, with what is not part of a dataset's identity at its defaults.

    The same tasks may be asked of the same model at another address, or read from a transcript.
    """
    try:
        saved = read_saved(path)
    except DatasetError:  # a damaged one is what it is
        return file_hash(path)
    # Not as a model: a spec of a later version, or that names an absent plug-in, has a hash too.
    neutral = {**saved, "spec": without_unread(saved.get("spec"))}
    if neutral == saved:
        return file_hash(path)
    return hashlib.sha256(spec_text(neutral).encode()).hexdigest()


def spec_text(saved: Mapping[str, Any]) -> str:
    """The text of a spec.json with this content."""
    return json.dumps(saved, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
