"""Trajectory optimisation: strokes found by trying them in a copy of the physics.

Predictive sampling (Howell et al., Predictive Sampling, 2022), with the spread narrowed around
the best as in the cross-entropy method: strokes are drawn in the plane, carried out by
`mujoco.rollout` from the measured state, and scored by where the thing ends. It takes what
geometry cannot: pushes beside the middle that turn a thing, and sides that are no sides. All
draws come from the episode's generator, and each rollout depends on its own controls alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import mujoco
import numpy as np
from mujoco import rollout

from ....scenes.core.geometry import Array
from ....schemas import Cause, PlanningError, TraceEvent
from ...motion.manipulator import SLOW, Manipulator
from ...motion.planner import time_path
from ...physics.execution import control, substeps
from .planar import Footprint2D, shadow
from .planar_push import PlanarPush, pose_behind, stroke_paths

DRAWS = 10
"""Strokes per round."""
ROUNDS = 3
ELITES = 3
"""Best strokes of a round, around which the next are drawn."""
TRIES = 4
"""Draws for each stroke that the arm can make."""
TURN, SHIFT, REACH = 0.7, 0.5, 0.35
"""Spread of the first round: of the direction, radians; of the offset from the middle, as a share
of the thing's breadth; of the length, as a share of the way."""
NARROWER = 0.5
"""By which the spread shrinks from round to round."""
LEAST, MOST = 0.02, 0.30
"""Length of a stroke, metres."""
WORTH = 0.75
"""A stroke must bring the cost below this share of what it is now."""
DISTURBED = 1.0
"""Cost of moving other things, per metre."""
COAST = 0.3
"""How long things may go on moving after a stroke, seconds."""
STATE = mujoco.mjtState.mjSTATE_FULLPHYSICS

Cost = Callable[[Footprint2D, Any], float]
"""How far a thing that looks like this is from where it should be, in metres."""


def optimise(arm: Manipulator, thing: str, way: Array | None, cost: Cost) -> PlanarPush:
    """The best stroke found, in a plane of direction, offset, and length.

    Args:
        arm: the robot at work.
        thing: what to push.
        way: (2,) about how it should move, metres; None where it only has to turn.
        cost: of where it ends.

    Raises:
        PlanningError: `no_better` where no stroke helps enough.
    """
    arm.sync_planning_scene()
    data = arm.executor.data
    seen = shadow(arm.compiled, data, thing)
    now = cost(seen, data)
    across = max(seen.extent(side) for side in (*np.eye(2), *-np.eye(2)))
    if way is None:
        mean = np.array([arm.rng.uniform(-np.pi, np.pi), 0.0, 0.3 * across])
        spread = np.array([np.pi, 1.5 * SHIFT * across, REACH * across])
    else:
        distance = max(float(np.linalg.norm(way)), LEAST)
        mean = np.array([np.arctan2(way[1], way[0]), 0.0, distance])
        spread = np.array([TURN, SHIFT * across, REACH * distance])
    best: tuple[float, PlanarPush] | None = None
    for number in range(ROUNDS):
        drawn = _draw(arm, thing, seen, mean, spread * NARROWER**number)
        if not drawn:
            continue
        scores = _scores(arm, thing, [stroke for _, stroke in drawn], cost)
        order = np.argsort(scores, kind="stable")
        first = int(order[0])
        if best is None or scores[first] < best[0]:
            best = (float(scores[first]), drawn[first][1])
        mean = np.mean([drawn[int(i)][0] for i in order[:ELITES]], axis=0)
        arm.note(
            TraceEvent(
                stage="motion", event="expand", subject=f"round {number} of strokes on {thing}",
                values=(round(now, 4), *(round(float(scores[int(i)]), 4) for i in order[:ELITES])),
            )
        )  # fmt: skip
    if best is None or best[0] > WORTH * now:
        reached = "none is possible" if best is None else f"the best leaves {best[0]:.3f} m"
        raise PlanningError(Cause.NO_BETTER, f"no stroke brings {thing} nearer: {reached}")
    return replace(best[1], optimised=True)


def _draw(
    arm: Manipulator, thing: str, seen: Footprint2D, mean: Array, spread: Array
) -> list[tuple[Array, PlanarPush]]:
    """Strokes about a mean that the arm can make, with their parameters; the mean comes first."""
    found: list[tuple[Array, PlanarPush]] = []
    for number in range(DRAWS * TRIES):
        noise = arm.rng.normal(0.0, 1.0, 3)
        values = mean + spread * noise * (number > 0)
        values[2] = float(np.clip(values[2], LEAST, MOST))
        along = np.array([np.cos(values[0]), np.sin(values[0])])
        touch = pose_behind(seen, along, 0.0, 0.0, bool(number % 2), float(values[1]))
        try:
            stroke = stroke_paths(arm, thing, touch, along, float(values[2]), 0.0)
        except PlanningError:
            continue
        found.append((values, stroke))
        if len(found) == DRAWS:
            break
    return found


def _scores(arm: Manipulator, thing: str, strokes: Sequence[PlanarPush], cost: Cost) -> Array:
    """The cost (N,) of the state in which each stroke leaves the world."""
    compiled = arm.compiled
    starts, controls = zip(*(_controls(arm, stroke) for stroke in strokes), strict=True)
    length = max(len(rows) for rows in controls)
    padded = np.stack([np.pad(x, ((0, length - len(x)), (0, 0)), "edge") for x in controls])
    run: Any = rollout.rollout  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    scratch = mujoco.MjData(compiled.model)
    states, _ = run(compiled.model, scratch, np.stack(starts), padded, nstep=length)
    others = [
        index.free_qpos
        for name, index in compiled.objects.items()
        if index.free_qpos is not None and name != thing
    ]
    data, before = mujoco.MjData(compiled.model), arm.executor.data.qpos
    scores = np.zeros(len(strokes))
    for number, state in enumerate(np.asarray(states, dtype=np.float64)[:, -1]):
        mujoco.mj_setState(compiled.model, data, state, STATE)
        mujoco.mj_forward(compiled.model, data)
        moved = sum(
            float(np.linalg.norm(data.qpos[at : at + 3] - before[at : at + 3])) for at in others
        )
        scores[number] = cost(shadow(compiled, data, thing), data) + DISTURBED * moved
    return scores


def _controls(arm: Manipulator, stroke: PlanarPush) -> tuple[Array, Array]:
    """The state at the start of a stroke, and its controls (T, nu), one per physics step."""
    compiled, hz = arm.compiled, arm.executor.hz
    robot, count = compiled.robot, substeps(compiled, hz)
    data = copy.copy(arm.executor.data)
    data.qpos[robot.arm_qpos] = stroke.path[0]
    data.qvel[robot.arm_dof] = 0.0
    data.qpos[robot.fingers] = robot.gripper.fingers(stroke.opening)
    start = np.empty(mujoco.mj_stateSize(compiled.model, STATE))
    mujoco.mj_getState(compiled.model, data, start, STATE)
    positions, velocities = time_path(stroke.path, robot.spec, hz, SLOW)
    lead = np.array(robot.spec.lead)
    actions = np.column_stack(
        [positions + lead * velocities, np.full(len(positions), stroke.opening)]
    )
    first = np.array([*stroke.path[0], stroke.opening])
    corners = [control(compiled, x.astype(np.float32)) for x in (first, *actions)]
    corners += [corners[-1]] * max(1, round(COAST * hz))
    shares = np.arange(1, count + 1)[:, None] / count
    rows = [a + (b - a) * shares for a, b in pairwise(corners)]
    return start, np.concatenate(rows)
