"""Light in rooms: it adds up as light, and corners, feet and what is overhead keep some away."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from test_images import TOP, box, rigid, thing, world

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.light.environment import environment
from cousins.generators.images.light.lighting import GAMMA, WHITE_LUX
from cousins.generators.images.raster.illumination import illumination
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.core.default_room import DEFAULT_ROOM
from cousins.scenes.core.geometry import look_at, vec3
from cousins.schemas import Asset, Camera, Light, Material, RobotPose, Scene

Array = npt.NDArray[np.float64]
MIDDLE = (0.55, 0.0, TOP)
GREY = Material(rgba=(0.5, 0.5, 0.5, 1.0))


def room(*things: str, **update: Any) -> tuple[Scene, dict[str, Asset]]:
    """A bare grey room with the table, and those of its things that are named."""
    scene, assets = world(3)
    kept = tuple(x for x in scene.objects if x.name in ("table", *things))
    table = assets[kept[0].asset_hash].model_copy(update={"extents": (0.7, 1.0, TOP)})
    kept = (kept[0].model_copy(update={"asset_hash": table.content_hash()}), *kept[1:])
    assets = {**assets, table.content_hash(): table}
    none = RobotPose(name="none", pos=(0.0, 0.0, 0.0), quat=(1.0, 0.0, 0.0, 0.0), home=())
    plain = {"objects": kept, "robot": none, "decor": False, "floor": GREY, "wall": GREY}
    return scene.model_copy(update={**plain, "lights": (), "ambient": 250.0, **update}), assets


def seen(scene: Scene, assets: dict[str, Asset], eye: Any, target: Any, fov: float = 6.0) -> Array:
    """The mean picture, (3,) display values from 0 to 1, of a small patch about `target`."""
    camera = Camera(name="front", pos=vec3(np.array(eye)), quat=look_at(eye, target), fov=fov)
    ready = prepared(scene.model_copy(update={"cameras": (camera,)}), assets)
    data = ready.at_rest()
    view = camera_params(ready.world, data, camera, (16, 16))
    drawn = renderer("mujoco").colour(ready.world, data, view, shadows=True)
    return np.asarray(drawn.reshape(-1, 3).mean(axis=0) / 255)


def lamp(name: str, lux: float) -> Light:
    return Light(name=name, direction=(0.0, 0.0, -1.0), intensity=lux, colour=(1.0, 1.0, 1.0))


def test_two_lamps_add_up_as_light_does() -> None:
    above = (0.55, 0.25, TOP + 0.5)
    target = (0.551, 0.25, TOP)
    level: dict[int, Array] = {}
    for count in (1, 2):
        lights = tuple(lamp(f"lamp{number}", 120.0) for number in range(count))
        level[count] = seen(*room(lights=lights, ambient=0.0), above, target) ** GAMMA
    assert np.allclose(level[2] / level[1], 2.0, rtol=0.04)


def test_a_surface_that_faces_up_receives_the_ambient_lux() -> None:
    scene, assets = room()
    light = illumination(prepared(scene, assets).world, mirrors=False)
    up = 0.282095 * light.harmonics[0] + 0.488603 * light.harmonics[2]
    up = up + 0.630784 * light.harmonics[6]
    assert np.isclose(up.mean(), 250.0 / WHITE_LUX)
    assert np.allclose(environment(scene).upward() / environment(scene).upward().mean(), up / up[1])


def test_light_from_all_sides_is_less_in_corners_of_the_room() -> None:
    scene, assets = room()
    low, high = np.array(DEFAULT_ROOM.low), np.array(DEFAULT_ROOM.high)
    eye = (1.0, 0.0, 1.6)
    wall = [seen(scene, assets, eye, (low[0], y, 1.6))[0] for y in (0.0, low[1] + 0.15)]
    assert wall[1] < 0.95 * wall[0]
    floor = [seen(scene, assets, eye, (high[0] - away, 0.0, 0.0))[0] for away in (1.2, 0.1)]
    assert floor[1] < 0.95 * floor[0]


def test_the_floor_below_a_table_is_darker_than_beside_it() -> None:
    scene, assets = room()
    eye = (2.2, 0.0, 0.5)
    below, beside = (seen(scene, assets, eye, (0.6, y, 0.0))[0] for y in (0.0, 1.4))
    assert below < 0.9 * beside


def test_the_ground_about_a_thing_is_darker_and_the_rest_is_not() -> None:
    scene, assets = room()
    cube = rigid("cube", "book.n.02", box((0.05, 0.05, 0.05), (0, 0, 0.05)))
    there = (*scene.objects, thing("cube", cube, MIDDLE, 0.0, "task"))
    full = scene.model_copy(update={"objects": there})
    assets = {**assets, cube.content_hash(): cube}
    for away, least, most in ((0.06, 0.6, 0.97), (0.2, 0.995, 1.005)):
        place = (0.55, away, TOP)
        with_it, without = (
            seen(x, assets, (0.551, 0.3, TOP + 0.6), place, 1.2)[0] for x in (full, scene)
        )
        assert least < with_it / without < most


def test_what_is_closer_to_a_lamp_receives_more() -> None:
    key = lamp("key", 300.0).model_copy(update={"direction": (-0.8, 0.0, -0.6)})
    scene, assets = room(lights=(key,), ambient=0.0)
    near, middle, far = (
        seen(scene, assets, (x, 0.25, TOP + 0.5), (x + 0.001, 0.25, TOP))[0] ** GAMMA
        for x in (0.8, 0.55, 0.3)
    )
    assert near > 1.05 * middle > 1.05 * 1.05 * far
