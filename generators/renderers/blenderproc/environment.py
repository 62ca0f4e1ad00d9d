"""Where Blender's own Python environment is, what is in it, and how it is made.

It is an environment of its own: Blender and BlenderProc are under the GPL, need 1.4 GB, and pin
versions that the rest does not want.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from ....scenes.core.cache import cache_folder
from ....schemas import BackendMissingError

PLACE = "COUSINS_BLENDERPROC"
"""Names another folder for the environment."""
SHAPING = ("blenderproc", "bpy", "opencv-contrib-python-headless")
"""Packages of that environment whose version can change a picture."""
DEBIAN = "libxrender1 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libsm6 libgl1"
_HOW = "install it with `cousins backends install blenderproc` (1.4 GB, GPL-3.0)"


def folder() -> Path:
    """The environment that is used, there or not.

    `COUSINS_BLENDERPROC`, or the one that is installed in the cache, or this one, where Blender
    is in it (the extra `blenderproc`).
    """
    own = _own()
    if PLACE in os.environ or _python(own).is_file() or find_spec("bpy") is None:
        return own
    return Path(sys.prefix)


def interpreter() -> Path:
    """Its Python.

    Raises:
        BackendMissingError: it is not installed, or not with the pinned versions.
    """
    python = _python(folder())
    if not python.is_file():
        raise BackendMissingError(
            f"backend blenderproc: nothing is installed in {folder()}; {_HOW}, or use "
            "`backend: mujoco`"
        )
    found, wanted = versions(), _pinned()
    wrong = [f"{name}=={wanted[name]}" for name in SHAPING if found.get(name) != wanted[name]]
    if wrong:
        raise BackendMissingError(
            f"backend blenderproc: {folder()} lacks {', '.join(wrong)}; {_HOW}"
        )
    return python


def versions() -> dict[str, str]:
    """Versions of what shapes its pictures; empty where it is not installed."""
    places = [str(place) for place in (folder() / "lib").glob("python3.*/site-packages")]
    found = {dist.metadata["Name"].lower(): dist.version for dist in distributions(path=places)}
    return {name: found[name] for name in SHAPING if name in found}


def requirements() -> tuple[str, ...]:
    """The pinned packages."""
    lines = Path(__file__).with_name("requirements.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def install(say: Callable[[str], None]) -> Path:
    """Make the environment, or bring it up to date; gives its folder.

    Args:
        say: told what is being done.

    Raises:
        BackendMissingError: this is no Python 3.11, or a step failed; the message says which.
    """
    if sys.version_info[:2] != (3, 11):
        raise BackendMissingError(
            f"backend blenderproc: Blender's wheel needs Python 3.11; this is "
            f"{sys.version_info.major}.{sys.version_info.minor}. Run this command with a 3.11, or "
            f"set {PLACE} to an environment that has the packages"
        )
    place = _own()
    if not (_python(place).is_file() and (place / "bin" / "pip").exists()):  # or half made
        say(f"making an environment in {place}")
        _run("cannot make the environment", [sys.executable, "-m", "venv", str(place)])
    say("installing Blender and BlenderProc: 1.4 GB, some minutes")
    _run("cannot install the packages", [*_installer(place), *requirements()])
    say(f"done; where Blender lacks a library, Debian has it: apt-get install {DEBIAN}")
    return place


def _own() -> Path:
    if chosen := os.environ.get(PLACE):
        return Path(chosen)
    return cache_folder() / "backends" / "blenderproc"


def _installer(place: Path) -> list[str]:
    """Pip of the environment, or the faster uv where this one has it."""
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--python", str(_python(place))]
    return [str(_python(place)), "-m", "pip", "install"]


def _run(failure: str, command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        tail = done.stdout.decode(errors="replace").strip()[-800:]
        raise BackendMissingError(f"backend blenderproc: {failure}: {command[0]} said: {tail}")


def _python(place: Path) -> Path:
    return place / "bin" / "python"


def _pinned() -> dict[str, str]:
    pairs = (line.partition("==") for line in requirements())
    return {name: version for name, _, version in pairs}
