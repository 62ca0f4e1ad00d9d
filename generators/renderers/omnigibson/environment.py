"""Which OmniGibson a machine has: an environment of its own, of which nothing is imported here.

OmniGibson pins versions that the rest does not want (1.1.1 asks for numpy below 2), and Isaac Sim
and BEHAVIOR's assets have licences that only their user can accept. Nothing is installed,
downloaded, or accepted here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

PLACE = "COUSINS_OMNIGIBSON"
"""Names the folder of the environment."""
WANTED = ("omnigibson", "isaacsim", "torch", "bddl", "usd-core")
"""Packages whose versions are told."""
NEEDED = ("omnigibson", "isaacsim")
GENERATIONS = (
    "OmniGibson 1.1.1 with Isaac Sim 4.1 (Python 3.10)",
    "OmniGibson 3.8 or later with Isaac Sim 5.1 (Python 3.11)",
)
STEPS = (
    "a driver of NVIDIA's",
    f"an environment that {PLACE} names",
    "omnigibson in it",
    "isaacsim in it",
    "draw, and compare labels",
    "load a scene of an export, settle it, and compare poses with MuJoCo",
    "save, reload, and evaluate the goal",
)
"""What a check goes through, in order."""
_INSTEAD = (
    "scenes for it are written without it: `cousins export DATASET --format omnigibson`; to draw "
    "here, use `backend: mujoco`"
)


def folder() -> Path | None:
    """The environment that is named, there or not."""
    named = os.environ.get(PLACE)
    return Path(named) if named else None


def versions() -> dict[str, str]:
    """Versions of what is installed in it; empty where there is none."""
    place = folder()
    if place is None:
        return {}
    sites = [str(site) for site in (place / "lib").glob("python3.*/site-packages")]
    found = {str(dist.metadata["Name"]).lower(): dist.version for dist in distributions(path=sites)}
    return {name: found[name] for name in WANTED if name in found}


def missing() -> str:
    """Why nothing can be drawn with it here, and what to do."""
    lacks = _lacks()
    if lacks:
        return (
            f"render.backend: 'omnigibson' is not available: there is no {' and no '.join(lacks)}. "
            f"It needs an RTX machine with {' or '.join(GENERATIONS)}, installed by you, whose "
            f"licences you accept yourself, and {PLACE} set to that environment's folder; "
            f"{_INSTEAD}"
        )
    told = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f"render.backend: 'omnigibson' is not available: {folder()} has {told}, but this version "
        f"has no adapter that draws with it; {_INSTEAD}"
    )


def report() -> dict[str, Any]:
    """What was found, which steps of a check passed, and which were not reached."""
    passed = [step for step, holds in zip(STEPS, _states(), strict=False) if holds]
    return {
        "backend": "omnigibson",
        "environment": None if folder() is None else str(folder()),
        "versions": versions(),
        "passed": passed,
        "not_reached": [step for step in STEPS if step not in passed],
        "works": False,
        "why": missing(),
    }


def _states() -> Iterator[bool]:
    """Whether each of the first steps passes; one that does not ends it."""
    place, found = folder(), versions()
    for holds in (
        shutil.which("nvidia-smi") is not None,
        place is not None and (place / "bin" / "python").exists(),
        *(name in found for name in NEEDED),
    ):
        if not holds:
            return
        yield True


def _lacks() -> list[str]:
    place, found = folder(), versions()
    lacks: list[str] = []
    if place is None:
        lacks.append(f"environment named by {PLACE}")
    elif not (place / "bin" / "python").exists():
        lacks.append(f"Python environment in {place}")
    else:
        lacks += [f"{name} in {place}" for name in NEEDED if name not in found]
    if shutil.which("nvidia-smi") is None:
        lacks.append("driver of NVIDIA's")
    return lacks
