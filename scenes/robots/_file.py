"""Robots from a YAML file and the MJCF or URDF that it names, made ready for manipulation.

Whatever the file, the robot comes out like the built-in one: collision geometry or visuals
only, gravity compensated, position servos on the arm, and a gripper whose joints all follow
the driven ones.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from ...schemas import (
    BackendMissingError,
    GripperSpec,
    RobotFile,
    RobotSpec,
    SpecError,
    one_line,
)
from ...schemas.spec_file import validated
from ...schemas.yaml_source import read_yaml
from ..core.geometry import inverse, transform, vec3
from . import ARM_BIT, BASE_BIT, WORLD_BIT, Detail
from ._visuals import decimated, reduce_meshes

SERVO_LEAD = 0.05
"""kv / kp of the arm's servos, seconds."""
ARMATURE = 0.1
"""Rotor inertia as the joints see it, kg m^2; model files seldom state it."""
FINGER_ARMATURE, FINGER_DAMPING = 0.002, 0.2
OPENING_STEPS = 9
"""Openings of the gripper that are measured between together and apart."""
MIDDLE = 0.04
"""The tool point is where the fingertips are at this opening, metres."""
PAD_SOLREF = (0.005, 1.0)


@dataclass(frozen=True)
class KnownRobot:
    """A robot file and where it was found.

    Attributes:
        file: what it says.
        folder: which its paths are relative to.
    """

    file: RobotFile
    folder: Path

    @classmethod
    def read(cls, path: Path) -> KnownRobot:
        """Read a robot file.

        Raises:
            SpecError: where it is wrong, with the line and what is allowed.
        """
        form = "a robot file is a mapping such as `name: my-arm`; docs/robots.md lists its keys"
        return cls(validated(read_yaml(path), RobotFile, form), path.resolve().parent)

    @cached_property
    def spec(self) -> RobotSpec:
        """Its joints, limits and gripper, which is measured on the model.

        Raises:
            SpecError: where the file names a joint or a body that the model lacks.
            BackendMissingError: where its package is not installed.
        """
        return _spec_of(self)

    def digest(self) -> str:
        """A hash of the robot file, its models, and all their meshes."""
        return _digest_of(self)

    def model(self, detail: Detail) -> Any:
        """A fresh `mujoco.MjSpec` of the robot.

        Args:
            detail: collision geometry only, or visuals only, decimated.
        """
        spec = _build(self, detail)
        if detail == "visual":
            files = tuple(sorted({mesh.file for mesh in spec.meshes if mesh.file}))
            reduce_meshes(spec, files, decimated(Path(), files, self.digest()))
        return spec


def _digest_of(known: KnownRobot) -> str:
    digest = hashlib.sha256(known.file.model_dump_json().encode())
    mounted = known.file.gripper_model
    for model in (known.file.model, *((mounted.model,) if mounted else ())):
        digest.update(_path(known, model).read_bytes())
        for detail in ("physics", "visual"):
            spec = _read(known, model, detail)
            for file in sorted({mesh.file for mesh in spec.meshes if mesh.file}):
                digest.update((Path(spec.meshdir) / file).read_bytes())
    return digest.hexdigest()


def _spec_of(known: KnownRobot) -> RobotSpec:
    file = known.file
    model = _compiled(known)
    _check_names(known, model)
    openings, tool = _measured(file, model)
    drives = {f"drive {name}": name for name in file.gripper.drives}
    return RobotSpec(
        name=file.name,
        joints=file.joints,
        gripper=GripperSpec(joints=file.gripper.joints, drives=drives, openings=openings),
        base=file.base,
        hand=file.hand,
        home=file.home,
        tool_pos=file.tool or tool,
        tool_quat=(1.0, 0.0, 0.0, 0.0),
        max_velocity=file.max_velocity,
        max_acceleration=file.max_acceleration,
        lead=(SERVO_LEAD,) * len(file.joints),
    )


def _compiled(known: KnownRobot) -> Any:
    try:
        return _attached(known, "physics").compile()
    except ValueError as error:
        message = one_line(error)
        raise SpecError(f"robot {known.file.name!r}: {known.file.model}: {message}") from error


def _build(known: KnownRobot, detail: Detail) -> Any:
    spec, file = _attached(known, detail), known.file
    for body in spec.bodies:
        body.gravcomp = 1
    if detail == "physics":
        _collide(spec, file)
    for name, gain, force in zip(file.joints, file.stiffness, file.max_force, strict=True):
        spec.joint(name).armature = ARMATURE
        _servo(spec, name, name, gain, SERVO_LEAD * gain, force)
    for name in file.gripper.joints:
        joint = spec.joint(name)
        joint.armature, joint.damping = FINGER_ARMATURE, [FINGER_DAMPING, 0, 0]
    gripper = file.gripper
    for name in gripper.drives:
        _servo(spec, f"drive {name}", name, gripper.gain, 0.05 * gripper.gain, gripper.force)
    _link_fingers(spec, file)
    return spec


def _attached(known: KnownRobot, detail: Detail) -> Any:
    """The arm with its gripper, as the files say."""
    file = known.file
    spec = _read(known, file.model, detail)
    if file.gripper_model is not None:
        mount = file.gripper_model
        body = spec.body(mount.on)
        if body is None:
            raise SpecError(f"robot {file.name!r}: gripper_model.on: no body {mount.on!r}")
        frame = body.add_frame(pos=list(mount.pos), quat=list(mount.quat))
        child = _read(known, mount.model, detail)
        frame.attach_body(child.worldbody.first_body(), "gripper/", "")
    return spec


def _read(known: KnownRobot, model: str, detail: Detail) -> Any:
    """A model file as an MjSpec, with the geometry of one kind."""
    path = _path(known, model)
    text = path.read_text()
    if "<robot" in text:
        text = _urdf(text, path, detail)
    try:
        spec = mujoco.MjSpec.from_string(text)
    except ValueError as error:
        raise SpecError(f"robot {known.file.name!r}: {path.name}: {error}") from error
    if "<robot" not in text:
        folder = known.file.mesh_folder or spec.meshdir
        spec.meshdir = str((path.parent / folder).resolve())
    _keep(spec, detail, mixed="<robot" not in text)
    return spec


def _path(known: KnownRobot, model: str) -> Path:
    package, _, rest = model.partition(":")
    folder = _package_folder(package, known.file.name) if rest else known.folder
    path = folder / (rest or model)
    if not path.is_file():
        raise SpecError(f"robot {known.file.name!r}: model: no file {model!r}")
    return path


def _package_folder(package: str, robot: str) -> Path:
    """The folder of a package, found without importing it or what encloses it."""
    top, *inner = package.split(".")
    found = importlib.util.find_spec(top) if top else None
    places = found.submodule_search_locations if found else None
    for place in places or ():
        folder = Path(place).joinpath(*inner)
        if folder.is_dir():
            return folder
    if places:
        raise SpecError(f"robot {robot!r}: model: {top} has no package {package!r}")
    raise BackendMissingError(f"robot {robot!r} needs: pip install {top.replace('_', '-')}")


def _urdf(text: str, path: Path, detail: Detail) -> str:
    """URDF with the collision geometry only, or the visuals as if they collided."""
    # Prefixes such as `drake:` are often used without being declared.
    root = ElementTree.fromstring(re.sub(r"(?<=[<\s/])[a-z]+:(?=[a-z_]+[\s=>/])", "", text))
    unwanted = "visual" if detail == "physics" else "collision"
    for link in root.iter("link"):
        for shape in link.findall(unwanted):
            link.remove(shape)
    for mesh in root.iter("mesh"):
        mesh.set("filename", str((path.parent / mesh.get("filename", "")).resolve()))
    options = ElementTree.SubElement(ElementTree.SubElement(root, "mujoco"), "compiler")
    for name, value in (
        ("discardvisual", "false"), ("fusestatic", "false"), ("strippath", "false"),
    ):  # fmt: skip
        options.set(name, value)
    return ElementTree.tostring(root, encoding="unicode")


def _keep(spec: Any, detail: Detail, mixed: bool) -> None:
    """The body of the robot alone, without servos, poses, and couplings of its own.

    Of `mixed` geometry, what collides, or what does not; where nothing is only seen, everything
    is.
    """
    seen = [geom for geom in spec.geoms if not (geom.contype or geom.conaffinity)]
    for geom in list(spec.geoms) if mixed else ():
        collides = bool(geom.contype or geom.conaffinity)
        if (detail == "physics") != collides and (seen or detail == "physics"):
            spec.delete(geom)
    used = {geom.meshname for geom in spec.geoms}
    for mesh in list(spec.meshes):
        if mesh.name not in used:
            spec.delete(mesh)
    for key in list(spec.keys):
        spec.delete(key)
    for actuator in list(spec.actuators):
        spec.delete(actuator)
    for equality in list(spec.equalities):
        if equality.type == mujoco.mjtEq.mjEQ_JOINT:
            spec.delete(equality)


def _check_names(known: KnownRobot, model: Any) -> None:
    """Every joint and body that the file names is there."""
    file = known.file
    joints = {model.joint(i).name for i in range(model.njnt)}
    bodies = {model.body(i).name for i in range(1, model.nbody)}
    asked = (
        ("joints", file.joints, joints),
        ("gripper.joints", tuple(file.gripper.joints), joints),
        ("base", (file.base,), bodies),
        ("hand", (file.hand,), bodies),
        ("gripper.pads", file.gripper.pads, bodies),
    )
    for place, names, there in asked:
        missing = sorted(set(names) - there)
        if missing:
            raise SpecError(
                f"robot {file.name!r}: {place}: the model has no {', '.join(missing)}; "
                f"it has {', '.join(sorted(there))}"
            )


def _collide(spec: Any, file: RobotFile) -> None:
    """Collision bits, names for the fingers' geoms, and pads that hold."""
    still = _bodies_before(spec, file)
    fingers = _finger_bodies(spec, file)
    for body in spec.bodies:
        for number, geom in enumerate(body.geoms):
            own = BASE_BIT if body.name in still else ARM_BIT
            geom.contype = own
            geom.conaffinity = WORLD_BIT | (BASE_BIT if own == ARM_BIT else 0)
            if body.name in fingers:
                geom.name = f"{body.name} finger {number}"
            if body.name in file.gripper.pads:
                geom.name = f"{body.name} {number}_pad"
                geom.condim, geom.priority = 4, 1
                geom.friction = [1.0, 0.02, 0.0001]
                geom.solref = list(PAD_SOLREF)


def _bodies_before(spec: Any, file: RobotFile) -> set[str]:
    """Bodies up to the one that the second joint moves: the rest never meets its neighbours."""
    still: set[str] = set()
    body = spec.joint(file.joints[1]).parent
    while body is not None and body.name != "world":
        still.add(body.name)
        body = body.parent
    return still


def _finger_bodies(spec: Any, file: RobotFile) -> set[str]:
    """Bodies that the gripper's joints move."""
    found: set[str] = set()
    waiting = [spec.joint(name).parent for name in file.gripper.joints]
    while waiting:
        body = waiting.pop()
        if body.name not in found:
            found.add(body.name)
            waiting.extend(body.bodies)
    return found


def _servo(spec: Any, name: str, joint: str, gain: float, damping: float, force: float) -> None:
    """A position servo on a joint."""
    servo = spec.add_actuator(name=name, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.gaintype, servo.biastype = mujoco.mjtGain.mjGAIN_FIXED, mujoco.mjtBias.mjBIAS_AFFINE
    servo.gainprm[:3] = [gain, 0, 0]
    servo.biasprm[:3] = [0, -gain, -damping]
    servo.forcerange = [-force, force]
    servo.forcelimited = mujoco.mjtLimited.mjLIMITED_TRUE


def _link_fingers(spec: Any, file: RobotFile) -> None:
    """Finger joints without a servo follow the driven one on their side, else the first."""
    joints = file.gripper.joints
    for name, (together, apart) in joints.items():
        if name in file.gripper.drives:
            continue
        leader = _leader(spec, file, name)
        start, end = joints[leader]
        slope = (apart - together) / (end - start)
        link = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, name1=name, name2=leader)
        link.objtype = mujoco.mjtObj.mjOBJ_JOINT
        link.data[:5] = [together - slope * start, slope, 0, 0, 0]
        link.solref = [0.004, 1.0]


def _leader(spec: Any, file: RobotFile, name: str) -> str:
    """The driven joint that carries a joint, or else the one nearest to it."""
    drives = {spec.joint(drive).parent.name: drive for drive in file.gripper.drives}
    body = spec.joint(name).parent
    above = body
    while above is not None:
        if above.name in drives:
            return drives[above.name]
        above = above.parent
    side = np.array(body.pos)
    return min(
        file.gripper.drives,
        key=lambda drive: float(np.linalg.norm(np.array(spec.joint(drive).parent.pos) - side)),
    )


def _measured(file: RobotFile, model: Any) -> tuple[tuple[float, ...], tuple[float, float, float]]:
    """Openings at equal steps of the finger joints, and the tool point in the hand's frame."""
    data = mujoco.MjData(model)
    hand = model.body(file.hand).id
    middles: list[Any] = []
    openings: list[float] = []
    for share in np.linspace(0.0, 1.0, OPENING_STEPS):
        for name, (together, apart) in file.gripper.joints.items():
            data.qpos[model.joint(name).qposadr[0]] = together + share * (apart - together)
        mujoco.mj_kinematics(model, data)
        hand_from_world = inverse(transform(data.xpos[hand], data.xmat[hand].reshape(3, 3)))
        spans = [_span(model, data, hand_from_world, pad) for pad in file.gripper.pads]
        (low, high) = sorted(spans, key=lambda span: float(span[0][1] + span[1][1]))
        openings.append(float(high[0][1] - low[1][1]))
        middles.append(np.mean([np.mean(span, axis=0) for span in spans], axis=0))
    shut = max(0.0, openings[0])
    rising = (shut, *(max(x, shut + 1e-4 * i) for i, x in enumerate(openings[1:], start=1)))
    shares = np.interp(MIDDLE, rising, range(OPENING_STEPS))
    tool = np.array(
        [np.interp(shares, range(OPENING_STEPS), [m[axis] for m in middles]) for axis in range(3)]
    )
    tool[np.abs(tool) < 1e-4] = 0.0
    return rising, vec3(tool)


def _span(model: Any, data: Any, hand_from_world: Any, pad: str) -> tuple[Any, Any]:
    """Bounds of a pad in the hand's frame: least and greatest corner, (3,) each."""
    points: list[Any] = []
    body = model.body(pad)
    for geom in range(body.geomadr[0], body.geomadr[0] + body.geomnum[0]):
        centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
        frame = transform(data.geom_xpos[geom], data.geom_xmat[geom].reshape(3, 3))
        for signs in np.ndindex(2, 2, 2):
            corner = centre + half * (2 * np.array(signs) - 1)
            points.append((hand_from_world @ frame @ np.array([*corner, 1.0]))[:3])
    return np.min(points, axis=0), np.max(points, axis=0)
