"""The rigid parts of a model, as MuJoCo sees them, in one frame and with all joints closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import mujoco
import numpy as np

from ...schemas import AssetError, one_line
from ...schemas.asset import ShapeKind
from ..core.geometry import inverse, transform
from .model_files import ModelText
from .model_inertia import broken_inertias
from .model_joints import RawJoint, closed_value, read_joint
from .model_meshes import TriangleMesh, read_mesh
from .model_part import Weight, WeldedGeom, WeldedPart, pruned, rooted

KINDS: dict[int, ShapeKind] = {
    int(mujoco.mjtGeom.mjGEOM_BOX): "box",
    int(mujoco.mjtGeom.mjGEOM_CYLINDER): "cylinder",
    int(mujoco.mjtGeom.mjGEOM_CAPSULE): "capsule",
    int(mujoco.mjtGeom.mjGEOM_SPHERE): "sphere",
    int(mujoco.mjtGeom.mjGEOM_ELLIPSOID): "ellipsoid",
    int(mujoco.mjtGeom.mjGEOM_MESH): "mesh",
}
SIZES = {"box": 3, "cylinder": 2, "capsule": 2, "sphere": 1, "ellipsoid": 3, "mesh": 0}
UNSET = (0.5, 0.5, 0.5, 1.0)
"""MuJoCo's colour of a geom that was given none: its material's counts."""
BEYOND = 1e6
"""Numbers of a model that are larger are mistakes, in whatever unit it is written."""
INVISIBLE = 0.02
"""Alpha up to which a geom is not seen."""


_STAND_IN = TriangleMesh(
    np.array([[0, 0, 0], [3, 0, 0], [0, 2, 0], [0, 0, 1]], dtype=np.float64),
    np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.int64),
)


def read_parts(text: ModelText, reverse: Collection[str] = ()) -> list[WeldedPart]:
    """The parts of a model; each comes after its parent, the first one is the root.

    Args:
        text: the model.
        reverse: joints that are closed at the end of their range that is farther from zero.

    Raises:
        AssetError: where MuJoCo refuses the model, or it is not one thing.
    """
    try:
        spec: Any = mujoco.MjSpec.from_string(text.xml)
        meshes = _load_meshes(spec, text.meshes)
        broken = broken_inertias(spec)
        compiler = spec.compiler
        compiler.boundmass, compiler.boundinertia, compiler.balanceinertia = 1e-6, 1e-12, True
        model = spec.compile()
    except ValueError as error:
        raise AssetError(f"MuJoCo refuses the model: {one_line(error)}") from error
    data = mujoco.MjData(model)
    for joint in range(model.njnt):
        if int(model.jnt_type[joint]) in (2, 3):
            data.qpos[model.jnt_qposadr[joint]] = closed_value(model, joint, reverse)
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    _check_numbers(model, data)
    numbers = frozenset(int(body.id) for body in spec.bodies if str(body.name) in broken)
    return _Reader(spec, model, data, meshes, text, reverse, numbers).parts()


def _check_numbers(model: Any, data: Any) -> None:
    """Refuse places, sizes and masses that are no numbers, or far beyond any thing's."""
    for body in range(model.nbody):
        first, count = int(model.body_geomadr[body]), int(model.body_geomnum[body])
        joint, joints = int(model.body_jntadr[body]), int(model.body_jntnum[body])
        geoms, hinges = slice(first, first + count), slice(joint, joint + joints)
        given = (
            data.xpos[body], data.xmat[body], data.xipos[body], model.body_mass[body],
            model.body_inertia[body], data.geom_xpos[geoms], data.geom_xmat[geoms],
            model.geom_size[geoms], model.geom_rgba[geoms], model.jnt_range[hinges],
            model.jnt_axis[hinges], model.jnt_pos[hinges],
        )  # fmt: skip
        # A comparison with a value that is no number is false, too.
        if count + joints and not all((np.abs(part) <= BEYOND).all() for part in given):
            name = str(model.body(body).name)
            raise AssetError(
                f"body {name!r} has a place, size or mass that is no number or beyond {BEYOND:,.0f}"
            )


def _load_meshes(spec: Any, files: Mapping[str, Any]) -> dict[str, TriangleMesh]:
    """The triangles by name, scaled as the model says.

    MuJoCo works out where meshes are, for which any mesh will do: it gets a small box, but for
    those it is to fit a primitive to.
    """
    fitted = {g.meshname for g in spec.geoms if g.type != mujoco.mjtGeom.mjGEOM_MESH}
    found: dict[str, TriangleMesh] = {}
    for mesh in spec.meshes:
        if not mesh.file:
            continue
        raw = read_mesh(files[mesh.file])
        mesh.file = ""
        told = raw if mesh.name in fitted else _STAND_IN
        mesh.uservert = told.vertices.ravel()
        mesh.userface = told.faces.ravel()
        if mesh.name not in fitted:  # whose primitives follow from the solid's inertia
            mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
        scale = np.array(mesh.scale)
        facing = raw if np.prod(scale) > 0 else raw.turned()
        frame = transform(mesh.refpos, mesh.refquat)
        vertices = ((raw.vertices - frame[:3, 3]) @ frame[:3, :3]) * scale
        found[mesh.name] = replace(facing, vertices=vertices)
    return found


class _Reader:
    """Collects the parts of one compiled model."""

    def __init__(
        self, spec: Any, model: Any, data: Any, meshes: dict[str, TriangleMesh], text: ModelText,
        reverse: Collection[str], broken: frozenset[int],
    ) -> None:  # fmt: skip
        self.model, self.data, self.meshes, self.text = model, data, meshes, text
        self.reverse, self.broken = reverse, broken
        self.geoms = {int(geom.id): geom for geom in spec.geoms}
        self.bodies = {int(body.id): body for body in spec.bodies}
        self.from_geoms = int(spec.compiler.inertiafromgeom) == 1
        touching = (model.geom_contype != 0) | (model.geom_conaffinity != 0)
        self.touching = touching
        only_seen = {int(group) for group in model.geom_group[~touching]}
        only_touched = {int(group) for group in model.geom_group[touching]} - only_seen
        self.seen_groups: set[int] | None = only_seen if only_seen and only_touched else None
        if only_seen and not only_touched:  # told apart by their contact bits alone
            self.seen_groups = set()

    def parts(self) -> list[WeldedPart]:
        model = self.model
        owner = {0: 0}
        drafts = [WeldedPart(self._name(0), None, None)]
        for body in range(model.nbody):
            if body > 0:
                parent = owner[int(model.body_parentid[body])]
                joints = self._joints(body)
                if joints:
                    drafts.append(WeldedPart(self._name(body), parent, self._one(body, joints)))
                owner[body] = len(drafts) - 1 if joints else parent
            index = owner[body]
            drafts[index] = self._filled(drafts[index], body)
        return pruned(rooted(drafts))

    def _name(self, body: int) -> str:
        return str(self.model.body(body).name) if body else "body"

    def _joints(self, body: int) -> list[int]:
        """Hinges and slides; a free body is as good as a welded one here."""
        first, count = int(self.model.body_jntadr[body]), int(self.model.body_jntnum[body])
        found = range(first, first + count)
        if any(int(self.model.jnt_type[joint]) == 0 for joint in found):
            return [-1]
        return list(found)

    def _one(self, body: int, joints: list[int]) -> RawJoint | None:
        if joints == [-1]:
            return None
        return read_joint(self.model, self.data, joints, self._name(body), self.reverse)

    def _filled(self, part: WeldedPart, body: int) -> WeldedPart:
        model = self.model
        first, count = int(model.body_geomadr[body]), int(model.body_geomnum[body])
        seen, touched = list(part.seen), list(part.touched)
        for geom in range(first, first + count):
            if int(model.geom_type[geom]) == int(mujoco.mjtGeom.mjGEOM_PLANE):
                continue
            piece = self._piece(geom)
            if self.touching[geom]:
                touched.append(piece)
            if self._is_seen(geom) and piece.rgba[3] > INVISIBLE:
                seen.append(piece)
        weights = part.weights
        given = self.bodies[body]
        if given.explicitinertial and not self.from_geoms and float(given.mass) > 0:
            weights = (*weights, self._weight(body, float(given.mass)))
        return replace(part, seen=tuple(seen), touched=tuple(touched), weights=weights)

    def _is_seen(self, geom: int) -> bool:
        if not self.touching[geom]:
            return True
        return self.seen_groups is None or int(self.model.geom_group[geom]) in self.seen_groups

    def _weight(self, body: int, mass: float) -> Weight:
        turn = self.data.ximat[body].reshape(3, 3)
        inertia = turn @ np.diag(self.model.body_inertia[body]) @ turn.T
        sound = body not in self.broken
        return Weight(mass, np.array(self.data.xipos[body]), inertia, sound)

    def _piece(self, geom: int) -> WeldedGeom:
        model = self.model
        kind = KINDS.get(int(model.geom_type[geom]))
        if kind is None:
            raise AssetError(f"geom {geom} is a height field or an SDF, which cannot be imported")
        pose = transform(self.data.geom_xpos[geom], self.data.geom_xmat[geom].reshape(3, 3))
        mesh = None
        if kind == "mesh":
            index = int(model.geom_dataid[geom])
            mesh = self._triangles(index)
            pose = pose @ inverse(transform(model.mesh_pos[index], model.mesh_quat[index]))
        given = self.geoms[geom]
        rgba, roughness, metallic, name = self._look(geom, mesh)
        paint = self.text.paints.get(name or str(given.name))
        repeat = self._repeat(geom)
        mass = float(given.mass)
        return WeldedGeom(
            kind, tuple(float(v) for v in model.geom_size[geom][: SIZES[kind]]), mesh, pose,
            str(given.name), name, rgba, roughness, metallic, paint,
            None if np.isnan(mass) or mass <= 0 else mass, repeat,
        )  # fmt: skip

    def _repeat(self, geom: int) -> tuple[float, float]:
        material = int(self.model.geom_matid[geom])
        u, v = self.model.mat_texrepeat[material] if material >= 0 else (1.0, 1.0)
        return float(u), float(v)

    def _triangles(self, index: int) -> TriangleMesh:
        name = str(self.model.mesh(index).name)
        if name in self.meshes:
            return self.meshes[name]
        model = self.model  # made by the model itself, from vertices or a builtin shape
        start, count = int(model.mesh_vertadr[index]), int(model.mesh_vertnum[index])
        first, faces = int(model.mesh_faceadr[index]), int(model.mesh_facenum[index])
        frame = transform(model.mesh_pos[index], model.mesh_quat[index])
        local = np.array(model.mesh_vert[start : start + count], dtype=np.float64)
        return TriangleMesh(
            local @ frame[:3, :3].T + frame[:3, 3],
            np.array(model.mesh_face[first : first + faces], dtype=np.int64),
        )

    def _look(
        self, geom: int, mesh: TriangleMesh | None
    ) -> tuple[tuple[float, float, float, float], float, float, str]:
        """Colour, roughness, metallic and the material's name."""
        model = self.model
        own = tuple(float(v) for v in model.geom_rgba[geom].round(4))
        index = int(model.geom_matid[geom])
        r, g, b, a = own
        if own == UNSET and index < 0 and mesh is not None and mesh.colours is not None:
            r = g = b = 1.0  # times the file's own colours
        if index < 0:
            return (r, g, b, a), 0.6, 0.0, ""
        if own == UNSET:
            r, g, b, a = (float(v) for v in model.mat_rgba[index].round(4))
        rough, metal = float(model.mat_roughness[index]), float(model.mat_metallic[index])
        if rough < 0:
            rough = 1.0 - 0.6 * float(model.mat_shininess[index])
        material = str(model.mat(index).name)
        return (r, g, b, a), min(max(rough, 0.05), 1.0), min(max(metal, 0.0), 1.0), material
