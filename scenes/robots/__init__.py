"""Robots: each is a plug-in, or a robot file of a user's own; found by name, made for manipulation.

Nothing heavy is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from ...schemas import RobotSpec, UnknownRobotError
from ...schemas.plugins import Group, Needs, offer

if TYPE_CHECKING:
    from ._file import KnownRobot

Detail = Literal["physics", "visual"]
BASE_BIT, ARM_BIT, WORLD_BIT = 4, 2, 1
"""Collision bits: the distal arm meets its own base and the world, never its neighbours."""


@runtime_checkable
class Robot(Protocol):
    """One arm with a gripper. `FileRobot` makes one of a robot file."""

    @property
    def summary(self) -> str:
        """Arm, gripper and inverse kinematics in one line, for documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """Packages that its models come from."""
        ...

    def spec(self) -> RobotSpec:
        """Its joints, limits and gripper.

        Raises:
            SpecError: where its file is wrong.
            BackendMissingError: where the package of its model is not installed.
        """
        ...

    def model(self, detail: Detail) -> Any:
        """A fresh `mujoco.MjSpec`, with collision geometry only, or visuals only.

        Collision geometry has the bits above, and names of fingertip pads end in `_pad`.
        """
        ...


ROBOTS = Group("robots", Robot, "robot", order=("franka-fr3", "ur5e-2f85"))


@dataclass(frozen=True)
class FileRobot:
    """A robot from a robot file, as docs/robots.md describes them.

    Attributes:
        path: of the file.
        summary: arm, gripper and inverse kinematics in one line.
        needs: packages that its models come from.
    """

    path: Path
    summary: str = "a robot from a robot file"
    needs: Needs = field(default_factory=lambda: Needs(("fast-simplification", "mujoco")))

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


def robot(name: str) -> RobotSpec:
    """The RobotSpec of that name.

    Raises:
        UnknownRobotError: where there is none, or the file of one's own is gone or has changed.
    """
    spec = _robot(name).spec()
    return spec if spec.name == name else spec.model_copy(update={"name": name})


def check_robot(name: str) -> None:
    """Make sure that a robot can be used here, before many scenes ask for it one by one.

    Raises:
        UnknownRobotError: as `robot`.
        BackendMissingError: a package that its models come from is not installed.
    """
    found = _robot(name)
    found.needs.check(f"robot {name}")
    found.spec()


def robot_model(name: str, detail: Detail) -> Any:
    """A fresh `mujoco.MjSpec` of a robot, with collision geometry only, or visuals only."""
    return _robot(name).model(detail)


def adopt(path: Path) -> str:
    """Make a robot file known on this machine; the name by which scenes speak of it.

    Raises:
        SpecError: where the file is wrong, with the place and what is allowed.
    """
    from ._own import adopt as adopted

    return adopted(path)


def _robot(name: str) -> Robot:
    if name in ROBOTS.names():
        return ROBOTS.load(name)
    from ._own import OF_A_FILE, notes, own_robot

    own = own_robot(name)
    if own is None:
        known = offer(name, ROBOTS.names())
        if OF_A_FILE.search(name):
            known = f"installed: {', '.join(ROBOTS.names())}"
        raise UnknownRobotError(
            name,
            f"is unknown; {known}, or the path of a robot file (.yaml); one of your own is known "
            "once a spec that names its file was read on this machine, such as by `cousins "
            f"generate SPEC --dry-run`: there is no note of it in {notes()}",
        )
    return own
