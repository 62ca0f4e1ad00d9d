"""Scene + assets -> a compiled MuJoCo model, for physics or for pictures.

Both details have the same bodies and joints in the same order, so that a `qpos` recorded in
physics can be drawn by the visual model. The robot's joints come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mujoco
import numpy as np

from ...schemas import Asset, RobotSpec, Scene, SceneObject, SpecError
from ..core.geometry import transform
from ..physics.model import apply_physics
from ..robots import Detail, robot, robot_model
from .asset_model import Copy, add_asset, add_resources
from .cavity_shapes import CavityShapes, cavity_shapes
from .gripper import Gripper
from .surroundings import add_surroundings

ROBOT_PREFIX = "robot/"
TIMESTEP = 0.002
"""Seconds; the finger pads' stiffness needs no less."""


@dataclass(frozen=True)
class JointIndex:
    """Where one joint of an object lives in the model."""

    qpos: int
    dof: int
    low: float
    high: float


@dataclass(frozen=True)
class ObjectIndex:
    """Where one object lives in the model.

    Attributes:
        body: id of the root link's body.
        bodies: body id of each link, by link name.
        free_qpos: address of its 7 free-joint positions, None for fixed objects.
        free_dof: address of its 6 velocities, None for fixed objects.
        joints: its own joints, by name.
    """

    body: int
    bodies: dict[str, int]
    free_qpos: int | None
    free_dof: int | None
    joints: dict[str, JointIndex]


@dataclass(frozen=True)
class RobotIndex:
    """Where the robot lives in the model.

    Attributes:
        spec: what it is.
        gripper: how its fingers move.
        base: body id of its base.
        hand: body id of the hand.
        arm_qpos: (J,) addresses of the arm's positions; `arm_dof` of its velocities.
        fingers: (F,) addresses of the fingers' positions.
        arm_ctrl: (J,) ids of the arm's actuators.
        gripper_ctrl: (A,) ids of the gripper's.
        bodies: ids of all its bodies.
        pads: geom ids of the two finger pads; empty in a visual model.
    """

    spec: RobotSpec
    gripper: Gripper
    base: int
    hand: int
    arm_qpos: np.ndarray[Any, np.dtype[np.int64]]
    arm_dof: np.ndarray[Any, np.dtype[np.int64]]
    fingers: np.ndarray[Any, np.dtype[np.int64]]
    arm_ctrl: np.ndarray[Any, np.dtype[np.int64]]
    gripper_ctrl: np.ndarray[Any, np.dtype[np.int64]]
    bodies: frozenset[int]
    pads: tuple[int, ...]


@dataclass(frozen=True)
class CompiledScene:
    """A scene that MuJoCo can step or draw.

    Attributes:
        scene: what it was compiled from.
        assets: by content hash.
        detail: physics has collision geometry only, visual has visuals only.
        model: the `mujoco.MjModel`.
        objects: by object name.
        mounted: the robot; None where the scene has none.
        owner: (nbody,) index into `scene.objects` of each body; -1 world, -2 robot.
    """

    scene: Scene
    assets: Mapping[str, Asset]
    detail: Detail
    model: Any
    objects: dict[str, ObjectIndex]
    mounted: RobotIndex | None
    owner: np.ndarray[Any, np.dtype[np.int64]]

    @property
    def robot(self) -> RobotIndex:
        """The robot, for all that moves it.

        Raises:
            SpecError: the scene has none.
        """
        if self.mounted is None:
            raise SpecError(
                f"scene {self.scene.id} has no robot (`robot: none`); nothing can be done in it"
            )
        return self.mounted

    def asset_of(self, name: str) -> Asset:
        """The asset of an object."""
        found = self._asset_by_name.get(name)
        return self.assets[self.scene.object(name).asset_hash] if found is None else found

    @cached_property
    def _asset_by_name(self) -> dict[str, Asset]:
        return {thing.name: self.assets[thing.asset_hash] for thing in self.scene.objects}

    @cached_property
    def geom_owner(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """(ngeom,) what each geom belongs to, as in `owner`."""
        found: np.ndarray[Any, np.dtype[np.int64]] = self.owner[self.model.geom_bodyid]
        return found

    @cached_property
    def object_geoms(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """(G,) ids of the geoms of objects, in order."""
        return np.flatnonzero(self.geom_owner >= 0)

    @cached_property
    def object_boxes(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(G, 6) box of each of these in its own frame: centre and half size, metres."""
        found: np.ndarray[Any, np.dtype[np.float64]] = self.model.geom_aabb[self.object_geoms]
        return found

    @cached_property
    def cavities(self) -> CavityShapes:
        """The cavities of its objects."""
        things = self.scene.objects
        return cavity_shapes([(self.asset_of(x.name), self.objects[x.name].bodies) for x in things])

    @cached_property
    def hand_from_tool(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(4, 4), metres."""
        return transform(self.robot.spec.tool_pos, self.robot.spec.tool_quat)

    def new_data(self) -> Any:
        """A fresh `mujoco.MjData` in the scene's initial state, forward-computed."""
        data = mujoco.MjData(self.model)
        self.reset(data)
        return data

    def reset(self, data: Any) -> None:
        """Bring a `mujoco.MjData` of the model to the scene's initial state, forward-computed.

        What is left is what `new_data` gives, at a fraction of its cost.
        """
        mujoco.mj_resetData(self.model, data)
        data.qpos[:] = self.rest()
        if (arm := self.mounted) is not None:
            data.ctrl[arm.arm_ctrl] = np.asarray(self.scene.robot.home)
            data.ctrl[arm.gripper_ctrl] = arm.gripper.controls(arm.spec.max_opening)
        self._remember(data)
        mujoco.mj_forward(self.model, data)

    def _remember(self, data: Any) -> None:
        """Fill the past of commands that reach servos late: they have rested as they are now."""
        for number, command in enumerate(data.ctrl):
            samples = self.model.actuator_history[number][0]
            if samples:
                past = np.full(samples, command)
                mujoco.mj_initCtrlHistory(self.model, data, number, None, past)

    def rest(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(nq,) positions of the scene's initial state."""
        qpos = np.array(self.model.qpos0)
        if (arm := self.mounted) is not None:
            qpos[arm.arm_qpos] = np.asarray(self.scene.robot.home)
            qpos[arm.fingers] = arm.gripper.fingers(arm.spec.max_opening)
        for thing in self.scene.objects:
            index = self.objects[thing.name]
            if index.free_qpos is not None:
                qpos[index.free_qpos : index.free_qpos + 7] = [*thing.pos, *thing.quat]
            for name, value in thing.joints.items():
                qpos[index.joints[name].qpos] = value
        return qpos


def compile_model(scene: Scene, assets: Mapping[str, Asset], detail: Detail) -> CompiledScene:
    """Build and compile a scene.

    Args:
        scene: what to build.
        assets: every asset the scene names, by content hash.
        detail: collision geometry for physics, or visual geometry for pictures.
    """
    model = scene_spec(scene, assets, detail).compile()
    return index_model(scene, assets, detail, model)


def scene_spec(scene: Scene, assets: Mapping[str, Asset], detail: Detail) -> Any:
    """A scene as a `mujoco.MjSpec` that is not compiled yet; arguments as `compile_model`."""
    spec = mujoco.MjSpec()
    spec.modelname = scene.id
    set_options(spec)
    add_surroundings(spec, scene, detail)
    if not scene.robot.absent:
        _add_robot(spec, scene, detail)
    done: set[str] = set()
    for thing in scene.objects:
        asset = assets[thing.asset_hash]
        if thing.asset_hash not in done:
            add_resources(spec, thing.asset_hash, asset, detail)
            done.add(thing.asset_hash)
        copy = Copy(thing.name, thing.asset_hash, thing.pos, thing.quat, thing.fixed)
        add_asset(spec, copy, asset if thing.visible else _unseen(asset), detail)
    if scene.physics and detail == "physics":
        known = None if scene.robot.absent else robot(scene.robot.name)
        apply_physics(spec, scene, known, ROBOT_PREFIX)
    return spec


def _unseen(asset: Asset) -> Asset:
    """The asset without anything to see; its bodies and joints stay."""
    links = tuple(link.model_copy(update={"visuals": ()}) for link in asset.links)
    return asset.model_copy(update={"links": links})


def set_options(spec: Any) -> None:
    """The time step and the solver that every simulation here uses."""
    spec.compiler.degree = False
    option = spec.option
    option.timestep = TIMESTEP
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 10
    option.iterations = 50
    option.ls_iterations = 30


def _add_robot(spec: Any, scene: Scene, detail: Detail) -> None:
    frame = spec.worldbody.add_frame(pos=list(scene.robot.pos), quat=list(scene.robot.quat))
    child = robot_model(scene.robot.name, detail)
    frame.attach_body(child.body(robot(scene.robot.name).base), ROBOT_PREFIX, "")


def index_model(
    scene: Scene, assets: Mapping[str, Asset], detail: Detail, model: Any
) -> CompiledScene:
    """Find a scene's objects and its robot in a `mujoco.MjModel` that names them as ours do.

    Raises:
        KeyError: the model lacks a body, joint or actuator.
    """
    owner = np.full(model.nbody, -1, dtype=np.int64)
    objects: dict[str, ObjectIndex] = {}
    for number, thing in enumerate(scene.objects):
        index = _object_index(model, thing, assets[thing.asset_hash])
        objects[thing.name] = index
        owner[list(index.bodies.values())] = number
    mounted: RobotIndex | None = None
    if not scene.robot.absent:
        mounted = _robot_index(model, robot(scene.robot.name))
        owner[list(mounted.bodies)] = -2
    return CompiledScene(scene, assets, detail, model, objects, mounted, owner)


def _object_index(model: Any, thing: SceneObject, asset: Asset) -> ObjectIndex:
    bodies = {
        link.name: model.body(thing.name if link.parent is None else f"{thing.name}/{link.name}").id
        for link in asset.links
    }
    joints: dict[str, JointIndex] = {}
    for joint in asset.joints:
        found = model.joint(f"{thing.name}/{joint.name}")
        joints[joint.name] = JointIndex(int(found.qposadr[0]), int(found.dofadr[0]), *joint.limits)
    free = None if thing.fixed else model.joint(f"{thing.name}/free")
    return ObjectIndex(
        body=bodies[asset.links[0].name],
        bodies=bodies,
        free_qpos=None if free is None else int(free.qposadr[0]),
        free_dof=None if free is None else int(free.dofadr[0]),
        joints=joints,
    )


def _robot_index(model: Any, spec: RobotSpec) -> RobotIndex:
    def joints(names: tuple[str, ...], field: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        values = [getattr(model.joint(ROBOT_PREFIX + name), field)[0] for name in names]
        return np.array(values, dtype=np.int64)

    base = model.body(ROBOT_PREFIX + spec.base).id
    bodies = [i for i in range(model.nbody) if model.body(i).name.startswith(ROBOT_PREFIX)]
    pads = [i for i in range(model.ngeom) if model.geom(i).name.endswith("_pad")]
    drives = [model.actuator(ROBOT_PREFIX + name).id for name in spec.gripper.drives]
    actuators = [model.actuator(ROBOT_PREFIX + name).id for name in spec.joints]
    return RobotIndex(
        spec=spec,
        gripper=Gripper(spec.gripper),
        base=base,
        hand=model.body(ROBOT_PREFIX + spec.hand).id,
        arm_qpos=joints(spec.joints, "qposadr"),
        arm_dof=joints(spec.joints, "dofadr"),
        fingers=joints(spec.fingers, "qposadr"),
        arm_ctrl=np.array(actuators, dtype=np.int64),
        gripper_ctrl=np.array(drives, dtype=np.int64),
        bodies=frozenset(bodies),
        pads=tuple(pads),
    )
