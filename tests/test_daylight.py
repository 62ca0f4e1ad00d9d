"""Sun, sky and metal: the sky's physics, the light that it gives, and what is drawn of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError
from test_images import TOP, image, spec, world
from test_vary import aimed

from cousins.generators.frames import Rendered, render_scene
from cousins.generators.images.light.environment import Environment, environment, lights_of
from cousins.generators.images.light.lighting import WHITE_LUX, lux_of
from cousins.generators.images.light.sky import (
    LUMINANCE,
    clear_sky,
    column_azimuths,
    overcast_sky,
    row_elevations,
    solid_angles,
    sun_colour,
)
from cousins.scenes.core.geometry import look_at, sphere_point, vec3
from cousins.schemas import Camera, DatasetSpec, Scene, Sky, Sun

Array = npt.NDArray[Any]
SKY = Sky(intensity=300.0, turbidity=2.0, ground=(0.2, 0.2, 0.2))


def sun(azimuth: float, elevation: float, intensity: float = 400.0) -> Sun:
    return Sun(direction=vec3(-sphere_point(azimuth, elevation)), intensity=intensity)


def lit(scene: Scene, **update: Any) -> Scene:
    """Without lamps, in the open."""
    update = {"lights": (), "ambient": 0.0, "walls": False, **update}
    return aimed(scene).model_copy(update=update)


# ---------------------------------------------------------------- the sky's physics


@pytest.mark.parametrize("elevation", [5.0, 30.0, 80.0])
@pytest.mark.parametrize("turbidity", [1.5, 6.0])
def test_a_clear_sky_gives_level_ground_one_lux(elevation: float, turbidity: float) -> None:
    radiance = clear_sky(np.radians(elevation), turbidity)
    assert radiance.min() > 0
    fall = solid_angles() * np.sin(row_elevations())
    assert np.einsum("rck,r,k->", radiance, fall, LUMINANCE) == pytest.approx(1.0)
    assert solid_angles().sum() * len(column_azimuths()) == pytest.approx(2 * np.pi)


def test_a_clear_sky_is_blue_overhead_brightest_at_the_sun_and_alike_on_both_sides_of_it() -> None:
    radiance = clear_sky(np.radians(30.0), 2.0)
    red, _, blue = radiance[-1].mean(axis=0)
    assert blue > 2 * red
    row, column = np.unravel_index((radiance @ LUMINANCE).argmax(), radiance.shape[:2])
    assert np.degrees(row_elevations()[row]) == pytest.approx(30.0, abs=4.0)
    assert column in (0, radiance.shape[1] - 1)
    assert radiance == pytest.approx(radiance[:, ::-1])


def test_haze_whitens_the_sky_and_a_low_sun_reddens() -> None:
    blueness = [clear_sky(0.6, t)[-1].mean(axis=0) for t in (1.5, 3.0, 6.0)]
    ratios = [float(c[2] / c[0]) for c in blueness]
    assert ratios == sorted(ratios, reverse=True)
    low, high = sun_colour(np.radians(4.0), 2.0), sun_colour(np.radians(70.0), 2.0)
    assert low[2] < 0.1 < 0.6 < high[2]
    assert sun_colour(np.radians(20.0), 5.0)[2] < sun_colour(np.radians(20.0), 2.0)[2]


def test_an_overcast_sky_is_three_times_as_bright_overhead() -> None:
    column = overcast_sky()[:, 0, 0]
    sine = np.sin(row_elevations())
    assert column / column[-1] == pytest.approx((1 + 2 * sine) / (1 + 2 * sine[-1]))


# ---------------------------------------------------------------- the light it gives


def received(around: Environment, normal: Array) -> Array:
    """Irradiance over pi on a surface, (3,), summed over the map."""
    up, turn = np.meshgrid(row_elevations(), column_azimuths(), indexing="ij")
    turn = turn + around.azimuth
    away = np.stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)], axis=-1)
    weight = np.broadcast_to(solid_angles()[:, None], up.shape)
    total = np.zeros(3)
    for light, side in ((around.upper, 1.0), (around.ground, -1.0)):
        cosine = np.maximum((away * [1.0, 1.0, side]) @ normal, 0.0)
        total += np.einsum("rc,rck->k", cosine * weight, np.broadcast_to(light, away.shape))
    return np.asarray(total / np.pi)


def from_harmonics(around: Environment, normal: Array) -> Array:
    """What the shader makes of the coefficients."""
    c, s = np.cos(around.azimuth), np.sin(around.azimuth)
    x, y, z = normal[0] * c + normal[1] * s, normal[1] * c - normal[0] * s, normal[2]
    basis = [
        0.282095, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y,
        1.092548 * y * z, 0.315392 * (3 * z * z - 1), 1.092548 * x * z,
        0.546274 * (x * x - y * y),
    ]  # fmt: skip
    return np.asarray(basis @ around.harmonics)


def test_surfaces_receive_what_the_sky_gives_them() -> None:
    scene = lit(world(51)[0], sun=sun(70.0, 40.0), sky=SKY)
    around = environment(scene)
    level = received(around, np.array([0.0, 0.0, 1.0])) @ LUMINANCE
    assert level == pytest.approx(SKY.intensity / WHITE_LUX, rel=1e-6)
    whole = level + 400 * np.sin(np.radians(40.0)) / WHITE_LUX
    assert around.ground @ LUMINANCE == pytest.approx(0.2 * whole, rel=0.02)
    scale = received(around, sphere_point(70.0, 40.0)).max()
    for azimuth, elevation in ((70, 40), (250, 0), (160, 45), (0, 90), (0, -90), (-20, 0)):
        normal = sphere_point(azimuth, elevation)
        exact = received(around, normal)
        assert from_harmonics(around, normal) == pytest.approx(exact, abs=0.06 * scale)


def test_the_sun_is_a_light_of_its_lux_whatever_its_colour() -> None:
    scene = lit(world(51)[0], sun=sun(0.0, 5.0, 800.0), sky=SKY)
    (light,) = lights_of(scene)
    assert light.colour[2] < 0.2
    assert lux_of(light) @ LUMINANCE == pytest.approx(800.0)


# ---------------------------------------------------------------- pictures


def drawn(scene: Scene, assets: Any, vary: dict[str, Any] | None = None) -> tuple[Rendered, Array]:
    made = render_scene(scene, assets, spec(vary=vary or {}))
    return made, np.stack([np.asarray(image(made, f, "rgb"), float) for f in made.frames])


def upward(scene: Scene, azimuth: float) -> Scene:
    """A camera before the table that looks at the sky."""
    eye = (1.4, 0.0, TOP + 0.5)
    target = np.array(eye) + sphere_point(azimuth, 35.0)
    camera = Camera(name="front", pos=eye, quat=look_at(eye, target), fov=60, target=vec3(target))
    return scene.model_copy(update={"cameras": (camera,)})


def test_the_sky_is_seen_in_the_open_and_the_sun_is_where_its_path_says() -> None:
    scene, assets = world(52)
    glow: list[float] = []
    for azimuth in (0.0, 180.0):
        view = upward(lit(scene, sun=sun(180.0, 35.0), sky=SKY), azimuth)
        made, (picture,) = drawn(view, assets)
        open_sky = image(made, made.frames[0], "depth_linear") == 0
        assert open_sky.mean() > 0.5
        glow.append(float(picture[open_sky].mean()))
        if azimuth == 0.0:
            red, _, blue = picture[open_sky].mean(axis=0)
            assert blue > red + 20
    assert glow[1] > glow[0] + 40
    walled = upward(lit(scene, sun=sun(180.0, 35.0), sky=SKY, walls=True), 0.0)
    made, _ = drawn(walled, assets)
    assert (image(made, made.frames[0], "depth_linear") > 0).mean() > 0.9


def test_the_sun_casts_shadows_away_from_itself_even_when_it_is_low() -> None:
    scene, assets = world(53)
    scene = lit(scene, sky=SKY.model_copy(update={"intensity": 50.0}))
    eye = (0.5, 0.0, 6.0)
    above = Camera(name="front", pos=eye, quat=look_at(eye, (0.5, 0.001, 0.0)), fov=90)
    scene = scene.model_copy(update={"cameras": (above,)})
    pictures: list[Array] = []
    masks: list[Array] = []
    for azimuth in (90.0, -90.0):
        made, (picture,) = drawn(scene.model_copy(update={"sun": sun(azimuth, 20.0)}), assets)
        pictures.append(picture.mean(axis=2))
        masks.append(image(made, made.frames[0], "seg_instance"))
    floor = masks[0] == 0
    dark = [picture < np.median(picture[floor]) * 0.75 for picture in pictures]
    rows = [np.nonzero(mask & floor)[0].mean() for mask in dark]
    columns = [np.nonzero(mask & floor)[1].mean() for mask in dark]
    apart = np.hypot(rows[0] - rows[1], columns[0] - columns[1])
    assert apart > 15
    assert 0.004 < (dark[0] & floor).mean() < 0.2  # the far floor is lit


def test_specs_without_daylight_say_nothing_of_it() -> None:
    scene, _ = world(54)
    stored = scene.canonical_json()
    assert not any(word in stored for word in ('"sun"', '"sky"', '"walls"'))
    assert Scene.from_json(stored) == scene
    bright = lit(scene, sun=sun(0, 30), sky=SKY)
    assert Scene.from_json(bright.canonical_json()) == bright


def test_metal_mirrors_the_sky_in_its_own_colour_and_grey_paint_does_not() -> None:
    scene, assets = world(55)
    scene = lit(scene, sky=SKY, sun=sun(180, 50))
    vary = {
        "object.brick.material.colour": "#e0b83c",
        "object.brick.material.roughness": 0.1,
        "object.brick.material.metallic": {"sweep": [0.0, 0.5, 1.0]},
    }
    made, pictures = drawn(scene, assets, vary)
    brick = image(made, made.frames[0], "seg_instance") == made.frames[0].objects[3].instance_id
    shown = pictures[:, brick]
    assert np.abs(shown[2] - shown[0]).mean() > 10
    middle = (shown[0] + shown[2]) / 2
    assert np.abs(shown[1] - middle).mean() < 0.5 * np.abs(shown[2] - shown[0]).mean()
    assert np.abs(pictures[2] - pictures[0])[~brick].mean() < 0.5
    red, _, blue = shown[2].mean(axis=0)
    assert red > blue  # gold, under a blue sky


@pytest.mark.parametrize(
    ("scene", "told"),
    [
        ({"sun": {"elevation": 100}}, "scene.sun.elevation"),
        ({"sun": {"intensity": -1}}, "scene.sun.intensity"),
        ({"sky": {"turbidity": 1}}, "scene.sky.turbidity"),
        ({"room": {"kind": "office"}, "walls": False}, "a room has walls"),
    ],
)
def test_daylight_that_cannot_be_is_refused(scene: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        DatasetSpec.model_validate({"name": "x", "scene": scene})
