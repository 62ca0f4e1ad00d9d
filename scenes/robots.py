"""Robots by name: their RobotSpec and their MuJoCo model, tuned for manipulation.

The FR3 with the Franka hand comes from the `franky-sim` package (Apache-2.0). Its collision
meshes are kept; the fingers are replaced by boxes with a flat pad, which hold objects
steadily, and the gripper gets a position servo strong enough to lift them.
"""

# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
from __future__ import annotations

import importlib.metadata
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import mujoco
import numpy as np

from ..schemas import BackendMissingError, RobotSpec, SpecError
from .cache import cache_folder, cached_arrays
from .franka import FRANKA
from .robot_file import KnownRobot, build, digest_of, read_robot, spec_of

Detail = Literal["physics", "visual"]

BUILT_IN = Path(__file__).with_name("robot_files")
"""Robots that come along as files."""

GRIPPER_GAIN = 8000.0
"""N per metre of finger travel; the stock gain squeezes a 4 cm object with 2 N and drops it."""
GRIPPER_DAMPING = 120.0
GRIPPER_FORCE = 100.0
SERVO_LEAD = 0.05
"""kv / kp of the arm's servos, seconds; the stock 0.1 s trails by centimetres at full speed."""
VISUAL_FACES = 12_000
"""Faces the robot's visual meshes are reduced to, from 242 thousand."""

BASE_BIT, ARM_BIT, WORLD_BIT = 4, 2, 1
"""Collision bits: the distal arm meets its own base and the world, never its neighbours."""
_BASE_LINKS = ("fr3_link0", "fr3_link1", "fr3_link2")


def robot(name: str) -> RobotSpec:
    """The RobotSpec of that name.

    Raises:
        SpecError: where there is none.
    """
    return FRANKA if name == FRANKA.name else _from_file(name)


@lru_cache(maxsize=16)
def _from_file(name: str) -> RobotSpec:
    return spec_of(_known(name)).model_copy(update={"name": name})


@lru_cache(maxsize=16)
def _known(name: str) -> KnownRobot:
    """A robot that comes along, or one that was adopted on this machine."""
    built_in = BUILT_IN / f"{name}.yaml"
    if built_in.is_file():
        return read_robot(built_in)
    note = cache_folder() / "robots" / name
    if not note.is_file():
        names = ", ".join(robot_names())
        raise SpecError(
            f"robot {name!r} is unknown; available: {names}, or the path of a robot file (.yaml); "
            "one of your own is known once a spec that names its file was read on this machine"
        )
    known = read_robot(Path(note.read_text()))
    if _own_name(known) != name:
        raise SpecError(f"robot {name!r}: {note.read_text()} or its model has changed since")
    return known


def robot_names() -> tuple[str, ...]:
    """The robots that can be named without a file."""
    return (FRANKA.name, *sorted(path.stem for path in BUILT_IN.glob("*.yaml")))


def adopt(path: Path) -> str:
    """Make a robot file known on this machine; the name by which scenes speak of it.

    The name ends in a hash of the file and all models, so that a dataset does not depend on
    where the file lies, and a changed robot is another robot.

    Raises:
        SpecError: where the file is wrong, with the place and what is allowed.
    """
    known = read_robot(path)
    spec_of(known)
    name = _own_name(known)
    folder = cache_folder() / "robots"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(str(path.resolve()))
    _known.cache_clear()
    _from_file.cache_clear()
    return name


def _own_name(known: KnownRobot) -> str:
    return f"{known.file.name}-{digest_of(known)[:12]}"


def robot_model(name: str, detail: Detail) -> Any:
    """A fresh `mujoco.MjSpec` of a robot, with collision geometry only, or visuals only."""
    if name != FRANKA.name:
        spec = build(_known(name), detail, (BASE_BIT, ARM_BIT, WORLD_BIT))
        if detail == "visual":
            files = tuple(sorted({mesh.file for mesh in spec.meshes if mesh.file}))
            _reduce(spec, files, _decimated(Path(), files, digest_of(_known(name))))
        return spec
    path = _franka_file()
    spec = mujoco.MjSpec.from_file(str(path))
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
    _reduce(spec, files, _decimated(folder, files, version))


def _reduce(spec: Any, files: tuple[str, ...], arrays: dict[str, Any]) -> None:
    """Take the decimated form of these files for the meshes that name them."""
    for mesh in spec.meshes:
        if mesh.file in files:
            number = files.index(mesh.file)
            vertices, faces = arrays[f"{number}/v"], arrays[f"{number}/f"]
            mesh.file = ""
            mesh.uservert = vertices.astype(np.float32).ravel()
            mesh.userface = faces.astype(np.int32).ravel()


@lru_cache(maxsize=4)
def _decimated(folder: Path, files: tuple[str, ...], version: str) -> dict[str, Any]:
    key = f"numbered, weld 0.5 mm {version} faces {VISUAL_FACES}"
    return cached_arrays("robot-visuals", key, lambda: _decimate(folder, files))


def _decimate(folder: Path, files: tuple[str, ...]) -> dict[str, Any]:
    """Reduce all meshes by one common ratio, small ones less, to VISUAL_FACES in all."""
    import fast_simplification
    import trimesh

    meshes: dict[str, Any] = {
        name: trimesh.load(folder / name, force="mesh", process=False) for name in files
    }
    total = sum(len(mesh.faces) for mesh in meshes.values())
    arrays: dict[str, Any] = {}
    for number, mesh in enumerate(meshes.values()):
        wanted = max(60, round(len(mesh.faces) * VISUAL_FACES / total))
        vertices, faces = _weld(np.asarray(mesh.vertices), np.asarray(mesh.faces))
        if wanted < len(faces):
            simplify: Any = fast_simplification.simplify
            vertices, faces = simplify(
                vertices.astype(np.float32), faces.astype(np.int32), target_count=wanted
            )
        arrays[f"{number}/v"] = np.asarray(vertices, dtype=np.float32)
        arrays[f"{number}/f"] = np.asarray(faces, dtype=np.int32)
    return arrays


def _weld(vertices: Any, faces: Any, tolerance: float = 5e-4) -> tuple[Any, Any]:
    """Merge vertices that seams and normals split; only a welded mesh can be reduced."""
    cells = np.round(vertices / tolerance).astype(np.int64)
    _, inverse = np.unique(cells, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    count = np.bincount(inverse)
    merged = np.stack(
        [np.bincount(inverse, weights=vertices[:, axis]) / count for axis in range(3)], axis=1
    )
    triangles = inverse[faces]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    _, first = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    return merged, triangles[np.sort(first)]


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
