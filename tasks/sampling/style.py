"""Habits: what an attempt does where several ways are equally good.

Demonstrations from which a policy is to be learned choose alike in alike states: the nearer of
equivalent grasps, the posture nearest to home, the plain place, and speeds that a policy can
follow. On the way the arm is deflected, and the planner brings it back, so that the
neighbourhood of each path is shown as well (Laskey et al., DART, 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas import Style


@dataclass(frozen=True)
class Habits:
    """How an attempt chooses and moves.

    Attributes:
        near_grasps: of a grasp and the same one turned by half a turn, take the one nearer to
            the hand at home, and the best grasp of all before others.
        near_postures: of the configurations in which things are taken and put down, take the one
            nearest to home.
        plain_places: put things down unturned, as near to the middle as they fit.
        arcs: go around what is in the way over it before other ways are searched for.
        wide: open the hand all the way or close it, and nothing between where there is room.
        change: greatest change of a joint's command per second, radians; None for the robot's.
        ease: share of the robot's accelerations.
        watchful: notice at once that what was held is lost, and go on from there, not from home.
        slips: share of the attempts in which what is held slips once.
        deflection: standard deviation of the arm's deflections in free motion, radians.
    """

    near_grasps: bool = False
    near_postures: bool = False
    plain_places: bool = False
    arcs: bool = False
    wide: bool = False
    change: float | None = None
    ease: float = 1.0
    watchful: bool = False
    slips: float = 0.0
    deflection: float = 0.0


HABITS: Mapping[Style, Habits] = {
    "consistent": Habits(
        near_grasps=True,
        near_postures=True,
        plain_places=True,
        arcs=True,
        wide=True,
        change=1.0,
        ease=0.6,
        watchful=True,
        slips=0.25,
        deflection=0.03,
    ),
    "diverse": Habits(),
}
"""Of each style."""
