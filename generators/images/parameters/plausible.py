"""Whether a scene that a sweep made can be: nothing pushed into another, no camera in a thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.model.validity import DEPTH
from ....schemas import Camera, VariantError
from ..truth.worlds import KeyedScene, Simulated, at_rest, state_key
from . import Value, Variant, family_of

Array = npt.NDArray[np.float64]
DROP = 0.02
"""Height of air below a thing's foot from which it counts as floating, metres."""
LIFT = 0.005
"""How far above its foot a look down from it starts, metres."""


def check_variant(variant: Variant, values: Mapping[str, Value]) -> None:
    """Refuse a scene in which things that a value moved lie in others, or hang in the air.

    Penetrations that were there before are no fault of the value.

    Raises:
        VariantError: naming what collides, and how deep, or what floats.
    """
    families = [family_of(path) for path in values]
    if not any(family and family.moves and family.changes == "object" for family in families):
        return
    before = _plain(KeyedScene(state_key(variant.start), variant.start, variant.originals))
    after = at_rest(variant.scene, variant.assets)
    for pair, depth in sorted(after.depths().items()):
        if depth > max(DEPTH, 2 * before.depths.get(pair, 0.0)):
            first, *second = pair
            other = second[0] if second else "the floor or the robot"
            raise VariantError(f"{first} would lie {depth * 1000:.0f} mm deep in {other}")
    for thing in variant.scene.objects:
        if not thing.fixed and thing.pos != variant.start.object(thing.name).pos:
            name = thing.name
            if _air(after, name) > DROP >= before.air[name]:
                raise VariantError(f"{name} would hang in the air")


@dataclass(frozen=True)
class _Plain:
    """The state before any value was applied.

    Attributes:
        depths: deepest penetration of each pair of objects, metres.
        air: metres below each thing that can be moved, by name.
    """

    depths: Mapping[tuple[str, ...], float]
    air: Mapping[str, float]


@lru_cache(maxsize=8)
def _plain(state: KeyedScene) -> _Plain:
    settled = at_rest(state.scene, state.assets)
    free = [thing.name for thing in state.scene.objects if not thing.fixed]
    return _Plain(settled.depths(), {name: _air(settled, name) for name in free})


def _air(state: Simulated, name: str) -> float:
    """Metres from the middle of a thing's foot to what is below it."""
    compiled, data = state.compiled, state.data
    body = compiled.objects[name].body
    start = np.asarray(data.xpos[body]) + np.array([0.0, 0.0, LIFT])
    hit = np.zeros(1, dtype=np.int32)
    down = np.array([0.0, 0.0, -1.0])
    return float(mujoco.mj_ray(compiled.model, data, start, down, None, True, body, hit)) - LIFT


def hidden_cameras(variant: Variant, values: Mapping[str, Value]) -> dict[str, str]:
    """Why a camera fixed in the world sees nothing, by its name: it is in a thing or underground.

    Looked at only where a value moves cameras or things.
    """
    families = [family_of(path) for path in values]
    if not any(family and family.moves for family in families):
        return {}
    settled = at_rest(variant.scene, variant.assets)
    found = {camera.name: why_blind(settled, camera) for camera in variant.scene.cameras}
    return {name: why for name, why in found.items() if why is not None}


def check_sight(settled: Simulated, camera: Camera) -> None:
    """Refuse a camera that sees nothing where it stands.

    Raises:
        VariantError: saying why.
    """
    why = why_blind(settled, camera)
    if why is not None:
        raise VariantError(why)


def why_blind(settled: Simulated, camera: Camera) -> str | None:
    """Why a camera sees nothing where it stands, if so; on the robot it always sees."""
    if camera.mount is not None:
        return None
    if camera.pos[2] <= 0:
        return f"camera {camera.name!r} would be below the floor"
    compiled = settled.compiled
    body = _containing(compiled.model, settled.data, np.asarray(camera.pos))
    if body is None:
        return None
    owner = int(compiled.owner[body])
    name = compiled.scene.objects[owner].name if owner >= 0 else "the robot"
    return f"camera {camera.name!r} would be inside {name}"


def _containing(model: Any, data: Any, point: Array) -> int | None:
    """The body of a collision piece that holds a point (3,), if any."""
    turns = np.asarray(data.geom_xmat).reshape(-1, 3, 3)
    local = np.einsum("nji,nj->ni", turns, point - np.asarray(data.geom_xpos))
    boxes = np.asarray(model.geom_aabb)
    near = (np.abs(local - boxes[:, :3]) <= boxes[:, 3:]).all(axis=1)
    solid = near & (np.asarray(model.geom_type) != mujoco.mjtGeom.mjGEOM_PLANE)
    for geom in np.flatnonzero(solid):
        if _holds(model, int(geom), local[geom]):
            return int(model.geom_bodyid[geom])
    return None


def _holds(model: Any, geom: int, point: Array) -> bool:
    """Whether a geom holds a point (3,) in its own frame that lies in its bounding box."""
    size, kind = np.asarray(model.geom_size[geom]), model.geom_type[geom]
    if kind == mujoco.mjtGeom.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        start, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        faces = _faces(np.asarray(model.mesh_vert[start : start + count], np.float64).tobytes())
        return bool((faces[:, :3] @ point + faces[:, 3] <= 0).all())
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return bool(np.linalg.norm(point) <= size[0])
    if kind == mujoco.mjtGeom.mjGEOM_ELLIPSOID:
        return bool(np.linalg.norm(point / size) <= 1)
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        along = np.clip(point[2], -size[1], size[1])
        return bool(np.linalg.norm(point - [0.0, 0.0, along]) <= size[0])
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        return bool(np.hypot(point[0], point[1]) <= size[0])
    return True


@lru_cache(maxsize=1024)
def _faces(raw: bytes) -> Array:
    """(F, 4) planes of a convex hull: inside, normal @ point + offset <= 0."""
    from scipy.spatial import ConvexHull  # pyright: ignore[reportMissingTypeStubs]

    planes: Array = ConvexHull(np.frombuffer(raw, dtype=np.float64).reshape(-1, 3)).equations
    return planes
