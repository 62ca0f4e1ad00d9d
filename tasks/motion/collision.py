"""Collision checks for planning: the arm, and what it holds, against everything else."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, inverse, quaternion, transform
from ...scenes.model.mujoco_model import CompiledScene
from ...scenes.robots import ARM_BIT, BASE_BIT, WORLD_BIT
from .obstacles import Collision, Obstacle, ObstacleKind

ROBOT_MARGIN = 0.010
"""Clearance at which planned motion counts the robot as touching, metres."""
HELD_MARGIN = 0.004
"""Likewise for what it holds."""
TOUCH_DEPTH = 0.0015
"""How deep open fingers may seem to press into what they close around, metres."""
PRESS_DEPTH = 0.012
"""Likewise for fingers that hold on."""
NEAR_MARGIN = 0.002
"""Clearance kept even close to things, but for what the fingers are about to touch."""


@dataclass(frozen=True)
class Held:
    """The object in the gripper.

    Attributes:
        name: of the object.
        tool_from_object: (4, 4), of its root link.
    """

    name: str
    tool_from_object: Array


class CollisionWorld:
    """The scene frozen at one moment, in which arm configurations are tried.

    Contacts between resting things are switched off, so that most checks find none at all.

    Args:
        compiled: a scene compiled for physics.
    """

    def __init__(self, compiled: CompiledScene) -> None:
        """Copy the model and give it planning masks and margins."""
        self._compiled = compiled
        self._index = compiled.robot
        self._model = copy.deepcopy(compiled.model)
        # Pairs of bodies are only looked at within the margins that were compiled in: none.
        self._model.body_margin[:] = ROBOT_MARGIN
        self._data = mujoco.MjData(self._model)
        body = self._model.geom_bodyid
        self._robot_geoms = np.isin(body, list(compiled.robot.bodies))
        self._hand_bodies = _below(self._model, compiled.robot.hand)
        self._hand_geoms = np.flatnonzero(np.isin(body, self._hand_bodies))
        self._fingers = np.isin(body, _finger_bodies(self._model, compiled.robot.fingers))
        self._owner = compiled.owner[body]
        self._names = [thing.name for thing in compiled.scene.objects]
        self.held: Held | None = None
        self.checks = 0
        """Configurations that were checked so far."""
        self.loose: frozenset[str] = frozenset()
        """Objects that count as not there: what lies loose in what is moved."""
        self.upright: float | None = None
        """Least vertical part of the held object's own z, so that nothing falls out of it."""

    def update(self, data: Any, held: Held | None = None) -> None:
        """Take over the state of the simulation, and what is held in it."""
        self._data.qpos[:] = data.qpos
        self.held = held
        world = ~self._robot_geoms
        self._model.geom_contype[world] = WORLD_BIT
        self._model.geom_conaffinity[world] = ARM_BIT | BASE_BIT
        self._model.geom_margin[:] = 0.0
        self._model.geom_margin[self._robot_geoms] = ROBOT_MARGIN
        if held is not None:
            mine = self._owner == self._names.index(held.name)
            self._model.geom_contype[mine] = ARM_BIT
            self._model.geom_conaffinity[mine] = WORLD_BIT | BASE_BIT
            self._model.geom_margin[mine] = HELD_MARGIN
        if self.loose:
            gone = np.isin(self._owner, [self._names.index(name) for name in self.loose])
            self._model.geom_contype[gone] = self._model.geom_conaffinity[gone] = 0

    def set_joint(self, address: int, value: float) -> None:
        """Move one joint of the frozen world, by its address in `qpos`."""
        self._data.qpos[address] = value

    def check_collision(
        self,
        q: Array,
        opening: float,
        touch: frozenset[str] = frozenset(),
        near: bool = False,
        slide: bool = False,
        ignore: frozenset[str] = frozenset(),
        depth: float = TOUCH_DEPTH,
    ) -> Collision | None:
        """The collision at a configuration, or None.

        Args:
            q: (7,) radians.
            opening: between the fingertips, metres.
            touch: objects that the fingers may touch, up to `depth`.
            near: allow less clearance, as needed close to things.
            slide: let the held object touch what is around it by up to 3 mm.
            ignore: objects that may be hit, because they will have moved.
            depth: how deep the fingers may press into what they touch, metres.
        """
        self.checks += 1
        data, model = self._data, self._model
        data.qpos[self._index.arm_qpos] = q
        data.qpos[self._index.fingers] = self._index.gripper.fingers(opening)
        mujoco.mj_kinematics(model, data)
        if self.held is not None and not self._carry(self.held):
            return Collision(Obstacle(ObstacleKind.TILT, self.held.name))
        mujoco.mj_collision(model, data)
        if data.ncon == 0:
            return None
        return self._first(touch, near, slide, ignore, depth)

    def check_hand_collision(
        self,
        world_from_tool: Array,
        opening: float,
        touch: frozenset[str] = frozenset(),
        depth: float = TOUCH_DEPTH,
    ) -> Collision | None:
        """The collision of the hand alone, with what it holds, at a pose, or None.

        Whatever configuration of the arm takes it there hits that too; clearance is that of
        `hit` with `near`.

        Args:
            world_from_tool: (4, 4).
            opening: between the fingertips, metres.
            touch: objects that the fingers may touch, up to `depth`.
            depth: how deep the fingers may press into what they touch, metres.
        """
        data, model = self._data, self._model
        data.qpos[self._index.fingers] = self._index.gripper.fingers(opening)
        if self.held is not None:
            self._place(self.held, world_from_tool @ self.held.tool_from_object)
        mujoco.mj_kinematics(model, data)
        self._shift_hand(world_from_tool @ inverse(self._tool()))
        mujoco.mj_collision(model, data)
        if data.ncon == 0:
            return None
        return self._first(touch, True, False, frozenset(), depth, hand=True)

    def _shift_hand(self, move: Array) -> None:
        """Move the hand's geoms, and the boxes around them, as if nothing carried it."""
        data = self._data
        for position, matrix, which in (
            (data.geom_xpos, data.geom_xmat, self._hand_geoms),
            (data.xipos, data.ximat, self._hand_bodies),
        ):
            position[which] = position[which] @ move[:3, :3].T + move[:3, 3]
            turned = move[:3, :3] @ matrix[which].reshape(-1, 3, 3)
            matrix[which] = turned.reshape(-1, 9)

    def _tool(self) -> Array:
        """`world_from_tool` (4, 4) as the arm stands."""
        spec, hand = self._index.spec, self._index.hand
        where = transform(self._data.xpos[hand], self._data.xmat[hand].reshape(3, 3))
        return where @ transform(spec.tool_pos, spec.tool_quat)

    def _carry(self, held: Held) -> bool:
        """Take what is held to the hand; whether it is as upright there as it must be."""
        pose = self._tool() @ held.tool_from_object
        self._place(held, pose)
        mujoco.mj_kinematics(self._model, self._data)
        return self.upright is None or bool(pose[2, 2] >= self.upright)

    def _place(self, held: Held, pose: Array) -> None:
        address = self._compiled.objects[held.name].free_qpos
        if address is None:
            raise ValueError(f"{held.name} is fixed and cannot be held")
        self._data.qpos[address : address + 3] = pose[:3, 3]
        self._data.qpos[address + 3 : address + 7] = quaternion(pose[:3, :3])

    def _first(
        self,
        touch: frozenset[str],
        near: bool,
        slide: bool,
        ignore: frozenset[str],
        depth: float,
        hand: bool = False,
    ) -> Collision | None:
        """The first hit; by the `hand` and what it holds alone, where only that is asked for."""
        contacts = self._data.contact
        for (first, second), distance in zip(contacts.geom, contacts.dist, strict=True):
            mine, other = (first, second) if self._actor(first) else (second, first)
            robot = bool(self._robot_geoms[mine])
            if hand and robot and (self._robot_geoms[other] or mine not in self._hand_geoms):
                continue
            if robot and bool(self._robot_geoms[other]):
                if distance < 0:
                    return Collision(Obstacle(ObstacleKind.ROBOT), -float(distance))
                continue
            obstacle = self._obstacle(other)
            if obstacle.name in ignore:
                continue
            if robot and self._fingers[mine] and obstacle.name in touch and distance > -depth:
                continue
            limit = NEAR_MARGIN if near else (ROBOT_MARGIN if robot else HELD_MARGIN)
            if slide and not robot:
                limit = -0.003
            if distance < limit:
                held = None if robot else self._names[int(self._owner[mine])]
                return Collision(obstacle, -float(distance), held)
        return None

    def _actor(self, geom: int) -> bool:
        return bool(self._robot_geoms[geom]) or (
            self.held is not None and self._owner[geom] == self._names.index(self.held.name)
        )

    def _obstacle(self, geom: int) -> Obstacle:
        owner = int(self._owner[geom])
        if owner < 0:
            return Obstacle(ObstacleKind.SURROUNDINGS)
        return Obstacle(ObstacleKind.OBJECT, self._names[owner])


def _finger_bodies(model: Any, addresses: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bodies that the joints at these addresses in `qpos` move."""
    moved = model.jnt_bodyid[np.isin(model.jnt_qposadr, addresses)]
    return np.unique(np.concatenate([_below(model, int(body)) for body in moved]))


def _below(model: Any, root: int) -> npt.NDArray[np.int64]:
    """A body and all that it carries."""
    found = [root]
    for body in range(root + 1, model.nbody):
        if int(model.body_parentid[body]) in found:
            found.append(body)
    return np.array(found)
