"""The model files that a robot file names: found, and read as the geometry of one kind."""

from __future__ import annotations

import importlib.util
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco

from ...schemas import BackendMissingError, SpecError
from . import Detail


@dataclass(frozen=True)
class ModelFiles:
    """Where a robot's model files are looked for.

    Attributes:
        robot: its name, for messages.
        folder: which paths are relative to.
        meshes: folder of an MJCF's meshes relative to the model, where it is not what that says.
    """

    robot: str
    folder: Path
    meshes: str | None

    def path(self, model: str) -> Path:
        """The file of a model: a path, or `PACKAGE:PATH` within an installed package.

        Raises:
            SpecError: where there is none.
            BackendMissingError: the package is not installed.
        """
        package, _, rest = model.partition(":")
        folder = _package_folder(package, self.robot) if rest else self.folder
        path = folder / (rest or model)
        if not path.is_file():
            raise SpecError(f"robot {self.robot!r}: model: no file {model!r}")
        return path

    def read(self, model: str, detail: Detail) -> Any:
        """A model as a `mujoco.MjSpec`, with the geometry of one kind.

        Raises:
            SpecError, BackendMissingError: as `path`, or where it is no MJCF or URDF.
        """
        path = self.path(model)
        text = path.read_text()
        if "<robot" in text:
            text = _urdf(text, path, detail)
        try:
            spec = mujoco.MjSpec.from_string(text)
        except ValueError as error:
            raise SpecError(f"robot {self.robot!r}: {path.name}: {error}") from error
        if "<robot" not in text:
            folder = self.meshes or spec.meshdir
            spec.meshdir = str((path.parent / folder).resolve())
        _keep(spec, detail, mixed="<robot" not in text)
        return spec


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
