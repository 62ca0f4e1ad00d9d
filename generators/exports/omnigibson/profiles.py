"""The two generations of OmniGibson that are written for, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ....schemas import SpecError
from ....schemas.plugins import offer


@dataclass(frozen=True)
class Profile:
    """One generation of OmniGibson.

    Attributes:
        name: of the profile.
        version: least version that it is for.
        isaac: the release of Isaac Sim that this one runs on.
        robot_key: key of a robot's kind in a config.
        robots: that kind by name of ours.
        fingers: of each robot, how many joints of the gripper follow the arm's.
        aperture: a sensor takes `horizontal_aperture`.
        offset: an environment takes `initial_pos_z_offset`.
        materials: an object takes `link_physics_materials`.
        problem: a task takes its problem's text; else BDDL must hold it as an activity.
        registry: the state lies under `registry`, beside the scene's own pose.
        presampled: a task looks for poses of robots unless it is told not to.
    """

    name: str
    version: str
    isaac: str
    robot_key: str
    robots: Mapping[str, str]
    fingers: Mapping[str, int] = field(default_factory=dict[str, int])
    aperture: bool = False
    offset: bool = False
    materials: bool = False
    problem: bool = False
    registry: bool = False
    presampled: bool = False


OG1 = Profile(
    name="og1",
    version="1.1.1",
    isaac="4.1",
    robot_key="type",
    robots={"franka-fr3": "FrankaPanda"},
    fingers={"franka-fr3": 2},
    offset=True,
    problem=True,
)
OG3 = Profile(
    name="og3",
    version="3.8.0",
    isaac="5.1",
    robot_key="model",
    robots={"franka-fr3": "franka"},
    fingers={"franka-fr3": 2},
    aperture=True,
    materials=True,
    registry=True,
    presampled=True,
)
PROFILES = {profile.name: profile for profile in (OG1, OG3)}


def profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        SpecError: there is none; the nearest are offered.
    """
    if name not in PROFILES:
        raise SpecError(f"no profile {name!r} of OmniGibson; {offer(name, tuple(PROFILES))}")
    return PROFILES[name]
