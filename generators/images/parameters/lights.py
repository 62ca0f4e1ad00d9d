"""Paths of lamps and of the light from all sides."""

from __future__ import annotations

import numpy as np

from ....scenes.core.geometry import sphere_point, vec3
from ....scenes.layout.views import blackbody
from ....schemas import VariantError
from .colours import HELP, is_colour, linear
from .family import Family, Numbers, Value, Variant, Words


def _ambient(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return variant.with_scene(ambient=float(value))


def _intensity(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    light = variant.light(names[0])
    return variant.with_light(light.model_copy(update={"intensity": float(value)}))


def _temperature(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    light = variant.light(names[0])
    return variant.with_light(light.model_copy(update={"colour": blackbody(float(value))}))


def _colour(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    rgb = linear(str(value))
    if rgb.max() == 0:
        raise VariantError(
            f"scene.light.{names[0]}.colour: black light is no light; dim it instead"
        )
    light = variant.light(names[0])
    return variant.with_light(light.model_copy(update={"colour": vec3(rgb / rgb.max())}))


def _turned(
    variant: Variant, name: str, *, azimuth: float | None, elevation: float | None
) -> Variant:
    light = variant.light(name)
    x, y, z = (-v for v in light.direction)
    now = float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))
    towards = sphere_point(
        now[0] if azimuth is None else azimuth, now[1] if elevation is None else elevation
    )
    return variant.with_light(light.model_copy(update={"direction": vec3(-towards)}))


def _azimuth(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    return _turned(variant, names[0], azimuth=float(value), elevation=None)


def _elevation(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    return _turned(variant, names[0], azimuth=None, elevation=float(value))


def _count(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """The first lamps stay on, the others are switched off."""
    del names
    lights, wanted = variant.scene.lights, int(value)
    if wanted > len(lights):
        raise VariantError(f"scene.lights.count: {wanted}; the scene has {len(lights)} lamps")
    off = tuple(light.model_copy(update={"intensity": 0.0}) for light in lights[wanted:])
    return variant.with_scene(lights=(*lights[:wanted], *off))


LUX = Numbers(0.0, 100_000.0)
FAMILIES = (
    Family("scene.ambient", LUX, "lux from all sides", "rgb", _ambient),
    Family("scene.light.NAME.intensity", LUX, "lux", "rgb", _intensity),
    Family(
        "scene.light.NAME.azimuth", Numbers(-360.0, 360.0),
        "degrees about the vertical, 0 is +x", "rgb", _azimuth,
    ),
    Family(
        "scene.light.NAME.elevation", Numbers(5.0, 90.0),
        "degrees above the horizon", "rgb", _elevation,
    ),
    Family(
        "scene.light.NAME.temperature", Numbers(1000.0, 20_000.0), "kelvin", "rgb", _temperature
    ),
    Family(
        "scene.light.NAME.colour", Words(HELP, is_colour), "colour of its light", "rgb", _colour
    ),
    Family(
        "scene.lights.count", Numbers(0, 4, whole=True),
        "how many lamps are on, in the order of the spec", "rgb", _count,
    ),
)  # fmt: skip
