"""Which OmniGibson a machine has: an environment of its own, of which nothing is imported here.

OmniGibson pins versions that the rest does not want (1.1.1 asks for numpy below 2), and Isaac Sim
and BEHAVIOR's assets have licences that only their user can accept. Nothing is installed,
downloaded, or accepted here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import distributions
from pathlib import Path

from ....schemas import BackendMissingError
from ..outside.apart.omnigibson.app import ACCEPTED, LICENCE

PLACE = "COUSINS_OMNIGIBSON"
"""Names the folder of the environment."""
ISAAC = "ISAAC_PATH"
"""Names the folder of an Isaac Sim that pip did not install."""
WANTED = ("omnigibson", "isaacsim", "torch", "bddl", "usd-core")
"""Packages whose versions are told."""
GENERATIONS = (
    "OmniGibson 1.1.1 with Isaac Sim 4.1 (Python 3.10)",
    "OmniGibson 3.8 or later with Isaac Sim 5.1 (Python 3.11)",
)
INSTEAD = (
    "scenes for it are written without it: `cousins export DATASET --format omnigibson`; to draw "
    "here, use `backend: mujoco`"
)


class Lack(StrEnum):
    """What a machine lacks, in the order in which it is looked for."""

    DRIVER = "no_driver"
    ENVIRONMENT = "no_environment"
    PYTHON = "no_python"
    OMNIGIBSON = "no_omnigibson"
    ISAACSIM = "no_isaacsim"
    LICENCE = "licence_not_accepted"


@dataclass(frozen=True)
class Lacking:
    """One thing that a machine lacks.

    Attributes:
        what: it is.
        told: the same in words, after "there is no".
    """

    what: Lack
    told: str


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


def profile_name() -> str:
    """Which generation the environment has, as exports name it; the first where it has none."""
    return "og1" if versions().get("omnigibson", "1.1.1").startswith("1.") else "og3"


def lacks() -> tuple[Lacking, ...]:
    """All that is missing; without an environment, what would be in it is not told."""
    return tuple(_lacks())


def interpreter() -> Path:
    """The Python of the environment.

    Raises:
        BackendMissingError: something is missing; the message says all of it, and what to do.
    """
    place, missing = folder(), lacks()
    if place is None or missing:
        raise BackendMissingError(refusal(missing))
    return _python(place)


def refusal(missing: tuple[Lacking, ...]) -> str:
    """Why OmniGibson cannot be used here, and what to do."""
    return (
        f"backend omnigibson: there is no {' and no '.join(one.told for one in missing)}. It needs "
        f"an RTX machine with {' or '.join(GENERATIONS)}, installed by you, whose licences you "
        f"accept yourself, and {PLACE} set to that environment's folder; {INSTEAD}"
    )


def _lacks() -> Iterator[Lacking]:
    place, found = folder(), versions()
    if shutil.which("nvidia-smi") is None:
        yield Lacking(Lack.DRIVER, "driver of NVIDIA's")
    if place is None:
        yield Lacking(Lack.ENVIRONMENT, f"environment named by {PLACE}")
        return
    if not _python(place).exists():
        yield Lacking(Lack.PYTHON, f"Python environment in {place}")
        return
    if "omnigibson" not in found:
        yield Lacking(Lack.OMNIGIBSON, f"omnigibson in {place}")
    if "isaacsim" not in found and not os.environ.get(ISAAC):
        yield Lacking(Lack.ISAACSIM, f"isaacsim in {place}, and {ISAAC} names none")
    if os.environ.get(LICENCE, "").strip().lower() not in ACCEPTED:
        yield Lacking(
            Lack.LICENCE,
            f"consent to the licence of Isaac Sim, which you give by {LICENCE}=YES (OmniGibson "
            "would give it for you when it starts)",
        )


def _python(place: Path) -> Path:
    return place / "bin" / "python"
