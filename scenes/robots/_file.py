"""Robots from a YAML file and the MJCF or URDF that it names, made ready for manipulation.

Whatever the file, the robot comes out like the built-in one: collision geometry or visuals
only, gravity compensated, position servos on the arm, and a gripper whose joints all follow
the driven ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...schemas import GripperSpec, RobotFile, RobotSpec, SpecError, one_line
from ...schemas.spec_file import validated
from ...schemas.yaml_source import read_yaml
from . import Detail
from ._actuation import SERVO_LEAD, actuate, collide
from ._measuring import measured
from ._model_files import ModelFiles
from ._visuals import decimated, reduce_meshes


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

    @property
    def files(self) -> ModelFiles:
        """Its model files."""
        return ModelFiles(self.file.name, self.folder, self.file.mesh_folder)

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
        digest.update(known.files.path(model).read_bytes())
        for detail in ("physics", "visual"):
            spec = known.files.read(model, detail)
            for file in sorted({mesh.file for mesh in spec.meshes if mesh.file}):
                digest.update((Path(spec.meshdir) / file).read_bytes())
    return digest.hexdigest()


def _spec_of(known: KnownRobot) -> RobotSpec:
    file = known.file
    model = _compiled(known)
    _check_names(known, model)
    openings, tool = measured(file, model)
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
        collide(spec, file)
    actuate(spec, file)
    return spec


def _attached(known: KnownRobot, detail: Detail) -> Any:
    """The arm with its gripper, as the files say."""
    file = known.file
    spec = known.files.read(file.model, detail)
    if file.gripper_model is not None:
        mount = file.gripper_model
        body = spec.body(mount.on)
        if body is None:
            raise SpecError(f"robot {file.name!r}: gripper_model.on: no body {mount.on!r}")
        frame = body.add_frame(pos=list(mount.pos), quat=list(mount.quat))
        child = known.files.read(mount.model, detail)
        frame.attach_body(child.worldbody.first_body(), "gripper/", "")
    return spec


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
