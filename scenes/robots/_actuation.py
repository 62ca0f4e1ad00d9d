"""What a model file lacks for manipulation: servos, fingers that move together, pads that hold."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import RobotFile
from . import ARM_BIT, BASE_BIT, WORLD_BIT

SERVO_LEAD = 0.05
"""kv / kp of the arm's servos, seconds."""
ARMATURE = 0.1
"""Rotor inertia as the joints see it, kg m^2; model files seldom state it."""
FINGER_ARMATURE, FINGER_DAMPING = 0.002, 0.2
PAD_SOLREF = (0.005, 1.0)


def actuate(spec: Any, file: RobotFile) -> None:
    """Give the arm and the driven fingers position servos; the other fingers follow."""
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


def collide(spec: Any, file: RobotFile) -> None:
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
