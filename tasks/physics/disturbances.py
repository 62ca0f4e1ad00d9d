"""Disturbances of a running attempt: pushes and slips, the same when they are replayed.

A push drags the object along a straight way over the support, as a spring and damper would; a
slip opens the hand whatever is commanded. Both depend on nothing but the positions, the
velocities, and the number of the action: not on what was last derived from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Disturbance, DisturbanceKind, PerturbSpec

STIFFNESS = 900.0
"""Of the spring that pushes, per second squared: times the mass it gives N per metre."""
DAMPING = 60.0
"""Critical for the stiffness, per second."""
FRICTION = 1.2
"""Of the object on its support, as a share of its weight, made good by the push."""
PUSH_SECONDS, SLIP_SECONDS = 0.5, 0.4
DELAY_SECONDS = (0.2, 0.8)
"""From when a disturbance may come to when it comes."""
LIFT_SECONDS = 0.8
"""From when the hand closes to when something is held and lifted."""
TRIES = 24
"""Directions of a push that are tried."""
EDGE = 0.06
"""A push ends at least this far from the support's edge, metres."""
GRAVITY = 9.81


def disturb(compiled: CompiledScene, data: Any, active: Sequence[Disturbance], time: float) -> None:
    """Apply the forces and the open hand of what acts now, in place.

    Args:
        compiled: the scene.
        data: its `mujoco.MjData`, with this step's controls.
        active: what acts during this action.
        time: actions since the start of the episode, with the share of the current one.
    """
    for disturbance in active:
        if disturbance.kind == "slip":
            robot = compiled.robot
            data.ctrl[robot.gripper_ctrl] = robot.gripper.controls(robot.spec.max_opening)
        elif disturbance.kind == "deflection":
            data.ctrl[compiled.robot.arm_ctrl] += offset_of(disturbance, time)
        else:
            body = compiled.objects[disturbance.object].body
            data.xfrc_applied[body, :2] = _force(compiled, data, disturbance, time)


def offset_of(deflection: Disturbance, time: float) -> Array:
    """What a deflection adds to the joints' commands (J,) at a time while it acts, radians."""
    share = (time - deflection.start) / (deflection.end - deflection.start)
    bump = np.sin(np.pi * share) ** 2
    return np.asarray(bump * np.array(deflection.joints))


def release(compiled: CompiledScene, data: Any, active: Sequence[Disturbance]) -> None:
    """End the forces of what acted, in place."""
    for disturbance in active:
        data.xfrc_applied[compiled.objects[disturbance.object].body] = 0.0


def acting(disturbances: Sequence[Disturbance], action: int) -> tuple[Disturbance, ...]:
    """Those that act during an action."""
    return tuple(x for x in disturbances if x.start <= action < x.end)


def _force(compiled: CompiledScene, data: Any, disturbance: Disturbance, time: float) -> Array:
    """(2,) N, horizontal."""
    assert disturbance.path is not None  # a push has one
    index = compiled.objects[disturbance.object]
    assert index.free_qpos is not None  # only what is free is pushed
    place = data.qpos[index.free_qpos : index.free_qpos + 2]
    address = compiled.model.body_dofadr[index.body]
    speed = data.qvel[address : address + 2]
    start, end = np.array(disturbance.path)
    share = np.clip((time - disturbance.start) / (disturbance.end - disturbance.start), 0.0, 1.0)
    # A minimum-jerk profile (Flash and Hogan, 1985), so that things slide and do not topple.
    wanted = start + (end - start) * (share**3 * (10 - 15 * share + 6 * share**2))
    mass = float(compiled.model.body_subtreemass[index.body])
    error = wanted - place
    way = (end - start) / np.linalg.norm(end - start)
    force: Array = mass * (STIFFNESS * error - DAMPING * speed + FRICTION * GRAVITY * way)
    return force


@dataclass
class Disturber:
    """Decides when an attempt is disturbed, and how.

    Args:
        compiled: the scene.
        spec: what may be done.
        hz: actions per second.
        rng: drawn from by all of it.
    """

    compiled: CompiledScene
    spec: PerturbSpec
    hz: int
    rng: np.random.Generator
    done: list[Disturbance] = field(default_factory=list[Disturbance])
    _kind: DisturbanceKind | None = None
    _object: str = ""
    _due: int | None = None
    _willing: bool = field(init=False)

    def __post_init__(self) -> None:
        """Draw whether this attempt is disturbed at all."""
        self._willing = bool(self.rng.random() < self.spec.chance)

    def begin(self, arguments: tuple[str, ...], action: int) -> None:
        """A subtask starts: choose what may happen during it.

        Args:
            arguments: the object that is acted on, and where it goes.
            action: number of the next action.
        """
        self._due = None
        kinds: list[DisturbanceKind] = [
            kind for kind in self.spec.kinds if kind != "miss" and self._possible(kind, arguments)
        ]
        if not self._willing or self.done or not kinds:
            return
        self._kind = kinds[int(self.rng.integers(len(kinds)))]
        self._object = arguments[1 if self._kind == "shift" else 0]
        if self._kind == "push":
            self._due = action + self._delay()

    def gripped(self, action: int) -> None:
        """The hand closes."""
        if self._kind in ("slip", "shift") and not self.done:
            self._due = action + round(LIFT_SECONDS * self.hz) + self._delay()
        elif self._kind == "push":
            self._due = None

    def at(self, data: Any, action: int) -> tuple[Disturbance, ...]:
        """The disturbances during an action; starts what is due."""
        if self._due is not None and action >= self._due:
            self._due = None
            started = self._start(data, action)
            if started is not None:
                self.done.append(started)
        return acting(self.done, action)

    def _possible(self, kind: DisturbanceKind, arguments: tuple[str, ...]) -> bool:
        if kind == "slip":
            return True
        names = arguments[:1] if kind == "push" else arguments[1:2]
        return any(self.compiled.objects[name].free_qpos is not None for name in names)

    def _delay(self) -> int:
        low, high = DELAY_SECONDS
        return round(float(self.rng.uniform(low, high)) * self.hz)

    def _start(self, data: Any, action: int) -> Disturbance | None:
        kind, thing = self._kind, self._object
        assert kind is not None  # something is due
        if kind == "slip":
            end = action + max(1, round(SLIP_SECONDS * self.hz))
            return Disturbance(kind=kind, object=thing, start=action, end=end)
        path = self._way(data, thing)
        if path is None:
            return None
        end = action + max(1, round(PUSH_SECONDS * self.hz))
        return Disturbance(kind=kind, object=thing, start=action, end=end, path=path)

    def _way(self, data: Any, thing: str) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """A way over the support that meets nothing else; None where none is found."""
        body = self.compiled.objects[thing].body
        start = np.array(data.xpos[body][:2])
        low, high = self._free_area(data)
        others = np.array(
            [
                data.xpos[index.body][:2]
                for name, index in self.compiled.objects.items()
                if name not in (thing, self.compiled.scene.support)
            ]
        ).reshape(-1, 2)
        for _ in range(TRIES):
            angle = self.rng.uniform(0, 2 * np.pi)
            length = self.rng.uniform(*self.spec.distance)
            end = start + length * np.array([np.cos(angle), np.sin(angle)])
            within = bool(((end > low) & (end < high)).all())
            before = np.linalg.norm(others - start, axis=1)
            after = np.linalg.norm(others - end, axis=1)
            if within and bool((after >= before - 0.3 * length).all()):
                return (_pair(start), _pair(end))
        return None

    def _free_area(self, data: Any) -> tuple[Array, Array]:
        """Corners (2,) of the support's top, less a margin."""
        support = self.compiled.scene.support
        body = self.compiled.objects[support].body
        surface = max(self.compiled.asset_of(support).surfaces, key=lambda s: s.pos[2])
        middle = data.xpos[body][:2] + np.array(surface.pos[:2])
        half = np.array(surface.half_size[:2]) - EDGE
        return middle - half, middle + half


def _pair(point: Array) -> tuple[float, float]:
    return (float(point[0]), float(point[1]))
