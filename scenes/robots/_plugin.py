"""FileRobot: a robot that a robot file describes; nothing heavy is imported before it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas import RobotSpec
from ...schemas.plugins import Needs
from . import Detail

if TYPE_CHECKING:
    from ._file import KnownRobot


@dataclass(frozen=True)
class FileRobot:
    """A robot from a robot file, as docs/robots.md describes them.

    Attributes:
        path: of the file.
        arm: what it is, in words for documentation.
        gripper: likewise.
        needs: packages that its models come from.
        inverse: how its joints are found for a pose.
    """

    path: Path
    arm: str = "as its file says"
    gripper: str = "as its file says"
    needs: Needs = field(default_factory=lambda: Needs(("fast-simplification", "mujoco")))
    inverse: str = "damped least squares from 25 starts"

    def spec(self) -> RobotSpec:
        """Its joints, limits and gripper, which is measured on the model.

        Raises:
            SpecError: where the file is wrong.
            BackendMissingError: where the package of its model is not installed.
        """
        return _known(self.path).spec

    def model(self, detail: Detail) -> Any:
        """A fresh `mujoco.MjSpec`.

        Raises:
            SpecError, BackendMissingError: as `spec`.
        """
        return _known(self.path).model(detail)


@lru_cache(maxsize=16)
def _known(path: Path) -> KnownRobot:
    from ._file import KnownRobot

    return KnownRobot.read(path)
