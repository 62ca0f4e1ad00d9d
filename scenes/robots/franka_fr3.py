"""The FR3 with the Franka hand, from the `franky-sim` package (Apache-2.0).

Its collision meshes are kept; the fingers are replaced by boxes with a flat pad, which hold objects
steadily, and the gripper gets a position servo strong enough to lift them.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...schemas import BackendMissingError, RobotSpec
from ...schemas.plugins import Needs
from ..core.franka import FRANKA
from . import ARM_BIT, BASE_BIT, WORLD_BIT, Detail
from ._visuals import decimated, reduce_meshes

GRIPPER_GAIN = 8000.0
"""N per metre of finger travel; the stock gain squeezes a 4 cm object with 2 N and drops it."""
GRIPPER_DAMPING = 120.0
GRIPPER_FORCE = 100.0
SERVO_LEAD = 0.05
"""kv / kp of the arm's servos, seconds; the stock 0.1 s trails by centimetres at full speed."""
NEEDS = Needs(("franky-sim", "fast-simplification", "mujoco"))
_BASE_LINKS = ("fr3_link0", "fr3_link1", "fr3_link2")


@dataclass(frozen=True)
class FrankaRobot:
    """The robot that needs no robot file."""

    summary: str = (
        "Franka Research 3, seven joints, with the Franka hand, 8 cm; analytic inverse kinematics "
        "(`frankik`) over samples of the last joint"
    )
    needs: Needs = NEEDS

    def spec(self) -> RobotSpec:
        """Its joints, limits and gripper."""
        return FRANKA

    def model(self, detail: Detail) -> Any:
        """A fresh `mujoco.MjSpec`.

        Raises:
            BackendMissingError: where `franky-sim` is not installed.
        """
        import mujoco

        path = _franka_file()
        spec: Any = mujoco.MjSpec.from_file(str(path))
        spec.meshdir = str(path.parent / "meshes")
        for key in list(spec.keys):
            spec.delete(key)
        for geom in list(spec.geoms):
            visual = geom.classname.name == "visual"
            if visual == (detail == "physics") or (detail == "visual" and not visual):
                spec.delete(geom)
        for body in spec.bodies:
            body.gravcomp = 1
        if detail == "physics":
            _collision(spec)
        else:
            _visuals(spec)
        _drop_unused_meshes(spec)
        _servos(spec)
        return spec


def _franka_file() -> Path:
    found = importlib.util.find_spec("franky_sim")
    if found is None or not found.submodule_search_locations:
        raise BackendMissingError("robot 'franka-fr3' needs: pip install franky-sim")
    return Path(next(iter(found.submodule_search_locations))) / "assets" / "fr3.xml"


def _collision(spec: Any) -> None:
    """Collision bits for the arm, boxes for the fingers."""
    import mujoco

    for body in spec.bodies:
        bits = BASE_BIT if body.name in _BASE_LINKS else ARM_BIT
        for geom in list(body.geoms):
            if body.name.endswith("_finger"):
                spec.delete(geom)
                continue
            geom.contype, geom.conaffinity = bits, WORLD_BIT | (BASE_BIT if bits == ARM_BIT else 0)
    for side in ("left", "right"):
        finger = spec.body(f"{side}_finger")
        common = {"type": mujoco.mjtGeom.mjGEOM_BOX, "mass": 0.0, "group": 3}
        body = finger.add_geom(
            name=f"{side}_finger_body",
            pos=[0, 0.0165, 0.0205],
            size=[0.0105, 0.009, 0.02],
            **common,
        )
        pad = finger.add_geom(
            name=f"{side}_pad", pos=[0, 0.0055, 0.045], size=[0.0088, 0.0055, 0.0089], **common
        )
        for geom in (body, pad):
            geom.contype, geom.conaffinity = ARM_BIT, WORLD_BIT
        pad.condim = 4
        pad.friction = [1.0, 0.02, 0.0001]
        pad.priority = 1
        pad.solref = [0.005, 1.0]


def _visuals(spec: Any) -> None:
    """Replace each visual mesh by its decimated form."""
    folder = Path(spec.meshdir)
    files = tuple(sorted(mesh.file for mesh in spec.meshes if mesh.file.endswith("_vis.obj")))
    version = f"franky-sim {importlib.metadata.version('franky-sim')}"
    reduce_meshes(spec, files, decimated(folder, files, version))


def _drop_unused_meshes(spec: Any) -> None:
    used = {geom.meshname for geom in spec.geoms}
    for mesh in list(spec.meshes):
        if mesh.name not in used:
            spec.delete(mesh)


def _servos(spec: Any) -> None:
    """Stiffen the arm, and make the hand a position servo in metres of finger travel."""
    for name in FRANKA.joints:
        servo = spec.actuator(name)
        servo.biasprm[2] = -SERVO_LEAD * servo.gainprm[0]
    hand = spec.actuator("hand")
    hand.gainprm[:3] = [GRIPPER_GAIN, 0, 0]
    hand.biasprm[:3] = [0, -GRIPPER_GAIN, -GRIPPER_DAMPING]
    hand.forcerange = [-GRIPPER_FORCE, GRIPPER_FORCE]
    hand.ctrlrange = [0, FRANKA.max_opening / 2]
    hand.inheritrange = 0


PLUGIN = FrankaRobot()
