"""What every reader of scene files gives: objects with poses, sizes, and openings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...schemas import SpecError, one_line
from ...schemas.base import Quat, Vec3
from ..core import taxonomy

MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""Raised where an entry of a stranger's file has other parts than it should."""


def malformed(error: Exception) -> str:
    """Why an entry is left out that has other parts than it should."""
    return f"is not as such files have it ({type(error).__name__}: {one_line(error)})"


@dataclass(frozen=True)
class FoundObject:
    """One object of a scene file.

    Attributes:
        name: in the file.
        category: BDDL's synset.
        pos: of its bottom centre in the file's world, metres.
        quat: wxyz.
        extents: of its bounding box at rest, metres; None where the file does not say.
        fixed: it does not move when pushed.
        joints: positions by name, metres or radians, in the file's order.
        asset: id of a library's asset, where the file names one.
        asset_hash: its content hash.
    """

    name: str
    category: str
    pos: Vec3
    quat: Quat
    extents: Vec3 | None
    fixed: bool
    joints: Mapping[str, float] = field(default_factory=dict[str, float])
    asset: str | None = None
    asset_hash: str | None = None


@dataclass(frozen=True)
class FoundScene:
    """A scene file.

    Attributes:
        objects: in the file's order.
        skipped: what was left out, by name, with the reason.
        base: pose of the robot's base, where the file has a robot: position and quaternion.
    """

    objects: tuple[FoundObject, ...]
    skipped: Mapping[str, str]
    base: tuple[Vec3, Quat] | None = None


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        SpecError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} cannot be read as JSON: {error}") from error


def synset_of(word: str) -> str:
    """The synset that BEHAVIOR's name of a category stands for.

    Raises:
        SpecError: BDDL has none; the nearest are offered.
    """
    known = taxonomy.nodes()
    if word in known:
        return word
    models = [name for name, entry in known.items() if word in entry.models]
    nouns = [name for name in known if name.split(".")[0] == word]
    for name in (*models, *nouns):
        return name
    return taxonomy.node(word).name
