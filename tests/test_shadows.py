"""Shadows of the rasteriser: where rays towards the lamp say, soft, and nowhere else."""

# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from caster import centres, scene_caster
from scipy.ndimage import minimum_filter
from solids import joined, pedestal
from test_images import box, rigid, thing, world

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.core.geometry import look_at, sphere_point, vec3
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.rooms import furnished_scene
from cousins.schemas import Asset, Camera, Light, Scene

Array = npt.NDArray[Any]
SIZE = (240, 180)
STEEP = 0.25
"""Least cosine between a surface and the light where shadows are judged."""


def under(scene: Scene, azimuth: float, elevation: float, eye: Any, target: Any) -> Scene:
    """The scene under one white lamp, seen from `eye` (3,) towards `target` (3,)."""
    lamp = Light(
        name="key", direction=vec3(-sphere_point(azimuth, elevation)), intensity=400,
        colour=(1.0, 1.0, 1.0),
    )  # fmt: skip
    camera = Camera(name="front", pos=vec3(np.array(eye)), quat=look_at(eye, target), fov=50)
    update = {"lights": (lamp,), "cameras": (camera,), "ambient": 60.0, "decor": False}
    return scene.model_copy(update=update)


def shaded(
    scene: Scene, assets: dict[str, Asset], backend: str = "mujoco"
) -> tuple[Array, Array, Array]:
    """What a lamp shades, by pictures and by rays, and where the two can be compared.

    Returns:
        (H, W) share of the lamp's light that is missing, (H, W) whether rays to the lamp meet
        anything, and (H, W) where that is the same all around and the surface faces the lamp.
    """
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    camera = camera_params(ready.world, data, scene.cameras[0], SIZE)
    artist = renderer(backend)
    full, real = (
        artist.colour(ready.world, data, camera, shadows=shadows).astype(float).mean(axis=2)
        for shadows in (False, True)
    )
    unlit = scene.model_copy(
        update={"lights": (scene.lights[0].model_copy(update={"intensity": 0.0}),)}
    )
    dark = artist.colour(prepared(unlit, assets).world, data, camera, shadows=False).mean(axis=2)
    missing = (full - real) / np.maximum(full - dark, 1.0)
    rays = scene_caster(scene, assets, ready.world, data)
    hits = rays.cast(camera, centres(camera))
    towards = -np.array(scene.lights[0].direction)
    solid = joined([pedestal(scene), *(mesh for key, mesh in rays.meshes.items() if key[0] > 0)])
    start = hits.place + 1e-4 * hits.normal
    start[~np.isfinite(start).all(axis=1)] = 0.0
    blocked = trimesh.ray.ray_pyembree.RayMeshIntersector(solid).intersects_any(
        start, np.broadcast_to(towards, start.shape)
    )
    shape = (camera.height, camera.width)
    faces = (hits.normal @ towards > STEEP) & (hits.part >= 0)
    judged = faces.reshape(shape) & (full - dark > 12)
    kind = np.where(judged, 1 + 2 * hits.part.reshape(shape) + blocked.reshape(shape), 0)
    same = (minimum_filter(kind, 3) == kind) & (-minimum_filter(-kind, 3) == kind) & judged
    return missing, blocked.reshape(shape), same


@pytest.mark.parametrize(("azimuth", "elevation"), [(60.0, 70.0), (160.0, 42.0), (-70.0, 20.0)])
@pytest.mark.parametrize("backend", ["mujoco", "mujoco_fine"])
def test_a_table_is_shaded_where_rays_to_the_lamp_are_blocked(
    azimuth: float, elevation: float, backend: str
) -> None:
    scene, assets = world(3, round_things=True)
    scene = under(scene, azimuth, elevation, (1.5, -1.0, 1.7), (0.5, 0.0, 0.4))
    missing, blocked, same = shaded(scene, assets, backend)
    wrong = (missing > 0.5) != blocked
    assert (same & blocked).sum() > 300
    assert wrong[same & blocked].mean() < 0.004  # light that leaks in
    assert wrong[same & ~blocked].mean() < 0.002  # spikes and patches that nothing throws


@pytest.mark.parametrize("kind", ["office", "workshop"])
def test_a_room_is_shaded_where_rays_to_the_lamp_are_blocked(kind: Any) -> None:
    scene, assets = furnished_scene(kind, 3, ProceduralLibrary(), 40)
    assert scene.room is not None
    low, high = np.array(scene.room.low), np.array(scene.room.high)
    middle = (low + high) / 2
    scene = under(scene, 200.0, 55.0, low + np.array((0.3, 0.3, 2.1)), (*middle[:2], 0.5))
    missing, blocked, same = shaded(scene, assets)
    wrong = (missing > 0.5) != blocked
    assert (same & blocked).sum() > 400
    assert wrong[same & blocked].mean() < 0.02
    assert wrong[same & ~blocked].mean() < 0.004


def cube_seen_from_above(elevation: float, width: float) -> tuple[Scene, dict[str, Asset]]:
    """A cube of 4 cm on a table under a lamp at azimuth 180; `width` metres are in view."""
    scene, assets = world(3)
    cube = rigid("cube", "book.n.02", box((0.02, 0.02, 0.02), (0, 0, 0.02)))
    table = scene.objects[0]
    objects = (table, thing("cube", cube, (0.62, 0.0, 0.7), 0.0, "task"))
    scene = scene.model_copy(update={"objects": objects})
    middle = (0.65, 0.0, 0.7)
    eye = (0.651, 0.0, 0.7 + width / 2 / np.tan(np.radians(25)))
    return under(scene, 180.0, elevation, eye, middle), {**assets, cube.content_hash(): cube}


def test_no_light_between_a_thing_and_its_shadow() -> None:
    for elevation in (35.0, 55.0, 70.0):
        scene, assets = cube_seen_from_above(elevation, 0.18)
        missing, blocked, same = shaded(scene, assets)
        assert (missing[blocked & same] < 0.5).mean() < 0.01


def test_the_edge_of_a_shadow_is_one_soft_step() -> None:
    scene, assets = cube_seen_from_above(45.0, 0.12)
    missing, _, _ = shaded(scene, assets)
    # Each pixel is 0.67 mm of the table, across the left edge.
    across = missing[90, 30:120]
    steps = np.diff(across)
    assert across[0] < 0.05
    assert across[-1] > 0.95
    assert steps.min() > -0.03  # it never grows lighter again
    ramp = np.flatnonzero((across > 0.08) & (across < 0.92))
    assert 10 <= len(ramp) <= 30  # 7 to 20 mm
    # Two outlines would have a level stretch between them.
    rise = across[ramp[0] + 5 : ramp[-1] + 1] - across[ramp[0] : ramp[-1] - 4]
    assert rise.min() > 0.06
