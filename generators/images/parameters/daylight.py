"""Paths of sun and sky; one that a scene lacks comes up with its defaults."""

from __future__ import annotations

import numpy as np

from ....scenes.core.colours import linear
from ....scenes.core.geometry import sphere_point, vec3
from ....scenes.layout.views import blackbody
from ....schemas import Sky, Sun, VariantError
from ....schemas.colours import HELP, is_colour
from .family import Family, Numbers, Value, Variant, Words

SUN = Sun(direction=vec3(-sphere_point(30.0, 45.0)), intensity=450.0)
SKY = Sky(intensity=220.0, turbidity=2.0, ground=vec3(linear("#8c8577")))


def _sun(variant: Variant, **update: object) -> Variant:
    sun = variant.scene.sun or SUN
    return variant.with_scene(sun=sun.model_copy(update=update))


def _sky(variant: Variant, **update: object) -> Variant:
    sky = variant.scene.sky or SKY
    return variant.with_scene(sky=sky.model_copy(update=update))


def _place(variant: Variant) -> tuple[float, float]:
    """Azimuth and elevation of the sun, degrees."""
    x, y, z = (-part for part in (variant.scene.sun or SUN).direction)
    azimuth, elevation = np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))
    return float(np.degrees(azimuth)), float(np.degrees(elevation))


def _azimuth(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    towards = sphere_point(float(value), _place(variant)[1])
    return _sun(variant, direction=vec3(-towards))


def _elevation(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    towards = sphere_point(_place(variant)[0], float(value))
    return _sun(variant, direction=vec3(-towards))


def _sun_intensity(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return _sun(variant, intensity=float(value))


def _temperature(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return _sun(variant, colour=blackbody(float(value)))


def _colour(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    rgb = linear(str(value))
    if rgb.max() == 0:
        raise VariantError("scene.sun.colour: black light is no light; dim it instead")
    return _sun(variant, colour=vec3(rgb / rgb.max()))


def _sky_intensity(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return _sky(variant, intensity=float(value))


def _turbidity(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """A sky without a sun is overcast, and has none: a sun comes up too."""
    del names
    return _sun(_sky(variant, turbidity=float(value)))


def _ground(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return _sky(variant, ground=vec3(linear(str(value))))


LUX = Numbers(0.0, 200_000.0)
FAMILIES = (
    Family("scene.sun.intensity", LUX, "lux on what faces it", "rgb", _sun_intensity),
    Family(
        "scene.sun.azimuth", Numbers(-360.0, 360.0), "degrees about the vertical, 0 is +x",
        "rgb", _azimuth,
    ),
    Family(
        "scene.sun.elevation", Numbers(2.0, 90.0), "degrees above the horizon", "rgb", _elevation
    ),
    Family(
        "scene.sun.temperature", Numbers(1000.0, 20_000.0),
        "kelvin; as the air leaves it unless said", "rgb", _temperature,
    ),
    Family("scene.sun.colour", Words(HELP, is_colour), "colour of its light", "rgb", _colour),
    Family("scene.sky.intensity", LUX, "lux on open level ground", "rgb", _sky_intensity),
    Family(
        "scene.sky.turbidity", Numbers(1.2, 8.0),
        "optical thickness of air with haze over that of air", "rgb", _turbidity,
    ),
    Family(
        "scene.sky.ground", Words(HELP, is_colour), "colour of the land around", "rgb", _ground
    ),
)  # fmt: skip
