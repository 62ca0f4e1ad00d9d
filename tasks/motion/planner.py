"""Motion: collision-free joint paths, and their time-optimal timing.

Straight lines in joint space are tried first; where they hit something RRT-Connect (OMPL)
looks for a way around, seeded and bounded by iterations so that plans repeat.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import Cause, PlanningError, RobotSpec
from .blocking import blocked
from .collision import CollisionWorld
from .kinematics import LIMIT_MARGIN, Arm, line

RESOLUTION = 0.06
"""Largest joint step between two collision checks, radians."""
RRT_ITERATIONS = 8000
RRT_RANGE = 0.6
SHORTCUTS = 30
ARCS = (0.05, 0.1, 0.15, 0.2, 0.3)
"""How far arcs rise above their ends, metres."""


class MotionPlanner:
    """Joint-space paths in a frozen world.

    Args:
        world: where collisions are checked.
        arm: for its joint limits.
    """

    def __init__(self, world: CollisionWorld, arm: Arm) -> None:
        """Keep the world and the limits."""
        self._world = world
        self._arm = arm
        self.arcs = False
        """Go over what is in the way before other ways are searched for."""

    def connect(
        self, start: Array, goal: Array, opening: float, rng: np.random.Generator
    ) -> list[Array]:
        """A collision-free path from `start` to `goal`, both included.

        Args:
            start: (7,) radians.
            goal: (7,) radians.
            opening: between the fingertips, metres.
            rng: drawn from once, for the sampling planner's seed, and for shortcuts.

        Ends that lie within the clearance of something are connected without it.

        Raises:
            PlanningError: `no_path` where none is found, `collision` where an end is not free.
        """
        near = any(self._world.check_collision(q, opening) is not None for q in (start, goal))
        for name, q in (("start", start), ("end", goal)) if near else ():
            hit = self._world.check_collision(q, opening, near=True)
            if hit is not None:
                raise blocked(f"the {name} of the path hits", hit)
        if self._clear(start, goal, opening, near):
            return [start, goal]
        arc = self._arc(start, goal, opening, near) if self.arcs else None
        if arc is not None:
            return arc
        path = self._rrt(start, goal, opening, near, int(rng.integers(1, 2**31)))
        return self._shorten(path, opening, near, rng)

    def _clear(self, start: Array, goal: Array, opening: float, near: bool) -> bool:
        count = max(2, int(np.ceil(np.abs(goal - start).max() / RESOLUTION)) + 1)
        shares = np.linspace(0, 1, count)[1:]
        # Check the middle first: that is where straight lines hit.
        order = np.argsort(np.abs(shares - 0.5), kind="stable")
        return all(
            self._world.check_collision(start + share * (goal - start), opening, near=near) is None
            for share in shares[order]
        )

    def _arc(self, start: Array, goal: Array, opening: float, near: bool) -> list[Array] | None:
        """Up, over, and down again: the lowest such path that is free."""
        for height in ARCS:
            ends = [self._raised(q, height) for q in (start, goal)]
            path = [start, *(q for q in ends if q is not None), goal]
            if len(path) > 2 and all(self._clear(a, b, opening, near) for a, b in pairwise(path)):
                return path
        return None

    def _raised(self, q: Array, height: float) -> Array | None:
        pose = self._arm.forward(q)
        goal = pose.copy()
        goal[2, 3] += height
        path = self._arm.cartesian_path(q, line(pose, goal))
        return None if path is None else path[-1]

    def _rrt(self, start: Array, goal: Array, opening: float, near: bool, seed: int) -> list[Array]:
        import ompl.base as ob  # pyright: ignore[reportMissingTypeStubs]
        import ompl.geometric as og  # pyright: ignore[reportMissingTypeStubs]
        import ompl.util as ou  # pyright: ignore[reportMissingTypeStubs]

        ou.setLogLevel(ou.LogLevel.LOG_NONE)
        ou.RNG.setSeed(seed)
        count = len(start)
        space = ob.RealVectorStateSpace(count)
        bounds = ob.RealVectorBounds(count)
        for joint in range(count):
            # An end may lie on a limit, up to rounding.
            bounds.setLow(joint, float(self._arm.low[joint]) - LIMIT_MARGIN / 2)
            bounds.setHigh(joint, float(self._arm.high[joint]) + LIMIT_MARGIN / 2)
        space.setBounds(bounds)
        setup = og.SimpleSetup(space)
        calls = 0

        def valid(state: Any) -> bool:
            nonlocal calls
            calls += 1
            q = np.array([state[joint] for joint in range(count)])
            return self._world.check_collision(q, opening, near=near) is None

        def spent() -> bool:
            nonlocal calls
            # Asking counts too, so that a planner that only waits comes to an end.
            calls += 1
            return calls > RRT_ITERATIONS

        setup.setStateValidityChecker(valid)
        information = setup.getSpaceInformation()
        information.setStateValidityCheckingResolution(RESOLUTION / space.getMaximumExtent())
        ends: list[Any] = [space.allocState(), space.allocState()]
        for state, q in zip(ends, (start, goal), strict=True):
            for joint in range(count):
                state[joint] = float(q[joint])
        setup.setStartAndGoalStates(*ends)
        planner = og.RRTConnect(information)
        planner.setRange(RRT_RANGE)
        setup.setPlanner(planner)
        setup.solve(ob.PlannerTerminationCondition(spent))
        if not setup.haveExactSolutionPath():
            raise PlanningError(Cause.NO_PATH, f"no collision-free path in {calls} checks")
        states: list[Any] = setup.getSolutionPath().getStates()
        return [np.array([state[joint] for joint in range(count)]) for state in states]

    def _shorten(
        self, path: list[Array], opening: float, near: bool, rng: np.random.Generator
    ) -> list[Array]:
        """Random shortcuts between the corners of a path."""
        for _ in range(SHORTCUTS):
            if len(path) < 3:
                break
            i, j = sorted(map(int, rng.choice(len(path), size=2, replace=False)))
            if j - i > 1 and self._clear(path[i], path[j], opening, near):
                path = path[: i + 1] + path[j:]
        return path


@lru_cache(maxsize=1)
def _toppra() -> Any:
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stray backslashes in its docstrings
        import toppra  # pyright: ignore[reportMissingTypeStubs]

    logging.getLogger("toppra").setLevel(logging.ERROR)
    return toppra


def time_path(
    path: list[Array],
    spec: RobotSpec,
    hz: int,
    speed: float,
    change: float | None = None,
    ease: float = 1.0,
) -> tuple[Array, Array]:
    """Time a path under velocity and acceleration limits, from rest to rest.

    Time-optimal path parametrisation by reachability analysis (Pham and Pham, 2018) along a
    spline through the corners, which are first densified so that the spline stays close.

    Args:
        path: configurations (7,), two or more.
        spec: the limits.
        hz: samples per second.
        speed: share of the limits to use, in (0, 1].
        change: greatest velocity of a joint at full speed, radians per second; None for the
            robot's.
        ease: share of the accelerations.

    Returns:
        Positions (T, 7) and velocities (T, 7), the start left out and the end included.

    Raises:
        PlanningError: `no_timing` where no timing exists.
    """
    points = _densify(path)
    if len(points) < 2:
        return np.zeros((0, len(path[0]))), np.zeros((0, len(path[0])))
    toppra = _toppra()
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    knots = np.concatenate([[0.0], np.cumsum(steps)])
    spline = toppra.SplineInterpolator(knots, points, bc_type="natural")
    velocity = np.minimum(spec.max_velocity, np.inf if change is None else change) * speed
    acceleration = np.array(spec.max_acceleration) * speed * ease
    limits = [
        toppra.constraint.JointVelocityConstraint(np.stack([-velocity, velocity], axis=1)),
        toppra.constraint.JointAccelerationConstraint(
            np.stack([-acceleration, acceleration], axis=1)
        ),
    ]
    grid = np.linspace(0, float(knots[-1]), max(24, min(160, 4 * len(points))))
    instance = toppra.algorithm.TOPPRA(limits, spline, gridpoints=grid, solver_wrapper="seidel")
    timed = instance.compute_trajectory()
    if timed is None:
        raise PlanningError(Cause.NO_TIMING, f"no timing for a path of {len(path)} corners")
    count = max(1, int(np.ceil(timed.duration * hz)))
    times = np.arange(1, count + 1) / hz
    # Stretch to a whole number of periods, so that the end is reached exactly.
    scale = timed.duration / times[-1]
    return np.asarray(timed(times * scale)), np.asarray(timed(times * scale, 1)) * scale


def _densify(path: list[Array], step: float = 0.25) -> Array:
    """Corners and points between them, no two alike."""
    points = [path[0]]
    for a, b in pairwise(path):
        distance = float(np.linalg.norm(b - a))
        if distance < 1e-6:
            continue
        count = max(1, int(np.ceil(distance / step)))
        points.extend(a + (b - a) * share for share in np.arange(1, count + 1) / count)
    return np.array(points)
