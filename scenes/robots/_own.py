"""Robots of a user's own: files that are known on this machine once a spec has named them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...schemas import RobotSpec, UnknownRobotError
from ...schemas.plugins import Needs
from ..core.cache import cache_folder
from . import Detail
from ._file import KnownRobot

DIGITS = 12
"""Of the hash at the end of a name."""
OF_A_FILE = re.compile(rf"-[0-9a-f]{{{DIGITS}}}$")
"""How names of robots of a user's own end."""


@dataclass(frozen=True)
class OwnRobot:
    """A robot whose file was read on this machine."""

    known: KnownRobot
    summary: str = "a robot file of one's own"
    needs: Needs = field(default_factory=Needs)

    def spec(self) -> RobotSpec:
        """Its joints, limits and gripper, as measured on the model."""
        return self.known.spec

    def model(self, detail: Detail) -> Any:
        """A fresh `mujoco.MjSpec`."""
        return self.known.model(detail)


@lru_cache(maxsize=16)
def own_robot(name: str) -> OwnRobot | None:
    """The robot of a file that was adopted on this machine, or None.

    Raises:
        UnknownRobotError: the file is gone, or it or its model has changed since.
        SpecError: the model is gone, or something is wrong with it.
    """
    note = notes() / name
    if not note.is_file():
        return None
    path = Path(note.read_text())
    if not path.is_file():
        raise UnknownRobotError(
            name,
            f"is gone: there is no file {path}, as {note} says; put it back, or read a spec that "
            "names its file where it now lies, such as by `cousins generate SPEC --dry-run`",
        )
    known = KnownRobot.read(path)
    if _own_name(known) != name:
        raise UnknownRobotError(
            name,
            f"is not what it was: {path} or its model has changed since; put it back as it was, "
            "since a changed robot is another robot",
        )
    return OwnRobot(known)


def notes() -> Path:
    """The folder in which this machine notes where robot files lie, by the robots' names."""
    return cache_folder() / "robots"


def adopt(path: Path) -> str:
    """Make a robot file known on this machine; the name by which scenes speak of it.

    The name ends in a hash of the file and all models, so that a dataset does not depend on
    where the file lies, and a changed robot is another robot.

    Raises:
        SpecError: where the file is wrong, with the place and what is allowed.
    """
    known = KnownRobot.read(path)
    _ = known.spec
    name = _own_name(known)
    folder = notes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(str(path.resolve()))
    own_robot.cache_clear()
    return name


def _own_name(known: KnownRobot) -> str:
    return f"{known.file.name}-{known.digest()[:DIGITS]}"
