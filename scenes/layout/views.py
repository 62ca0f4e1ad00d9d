"""Lights, cameras, and surroundings of a scene, drawn from their Parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...schemas import (
    Camera,
    CameraSpec,
    Lens,
    Light,
    LightSpec,
    Material,
    Parameter,
    Sky,
    SkySpec,
    SpecError,
    Sun,
    SunSpec,
    Texture,
    Waypoint,
)
from ...schemas.base import Rgba, Vec3
from ..core.colours import linear
from ..core.geometry import Array, look_at, quaternion, rotation, sphere_point, vec3
from .camera_paths import along, camera_path

WRIST_POS: Vec3 = (0.08, 0.0, 0.03)
"""The wrist camera in the hand's frame: in front of the palm, clear of the fingers."""
WRIST_TARGET: Vec3 = (0.02, 0.0, 0.20)


def number(parameter: Parameter, rng: np.random.Generator, path: str) -> float:
    """One draw as a float.

    Raises:
        SpecError: where the draw is no number.
    """
    value = parameter.sample(rng)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(f"{path}: {value!r} is no number")
    return float(value)


def blackbody(kelvin: float) -> Vec3:
    """Linear RGB of a black body, brightest channel 1.

    Planck's law at 610, 550 and 465 nm, relative to 6500 K, which is white here.
    """
    wavelengths = np.array([610e-9, 550e-9, 465e-9])

    def radiance(temperature: float) -> Array:
        result: Array = 1.0 / (wavelengths**5 * np.expm1(1.4388e-2 / (wavelengths * temperature)))
        return result

    colour = radiance(kelvin) / radiance(6500.0)
    return vec3(colour / colour.max())


def sample_lights(lights: Mapping[str, LightSpec], rng: np.random.Generator) -> tuple[Light, ...]:
    """Concrete lamps."""
    made: list[Light] = []
    for name, spec in lights.items():
        path = f"scene.light.{name}"
        azimuth = number(spec.azimuth, rng, f"{path}.azimuth")
        elevation = number(spec.elevation, rng, f"{path}.elevation")
        made.append(
            Light(
                name=name,
                direction=vec3(-sphere_point(azimuth, elevation)),
                intensity=number(spec.intensity, rng, f"{path}.intensity"),
                colour=blackbody(number(spec.temperature, rng, f"{path}.temperature")),
            )
        )
    return tuple(made)


def sample_sun(spec: SunSpec, rng: np.random.Generator) -> Sun:
    """A concrete sun."""
    path = "scene.sun"
    azimuth = number(spec.azimuth, rng, f"{path}.azimuth")
    elevation = number(spec.elevation, rng, f"{path}.elevation")
    warmth = spec.temperature
    return Sun(
        direction=vec3(-sphere_point(azimuth, elevation)),
        intensity=number(spec.intensity, rng, f"{path}.intensity"),
        colour=None if warmth is None else blackbody(number(warmth, rng, f"{path}.temperature")),
    )


def sample_sky(spec: SkySpec, rng: np.random.Generator) -> Sky:
    """A concrete sky."""
    ground = str(spec.ground.sample(rng))
    return Sky(
        intensity=number(spec.intensity, rng, "scene.sky.intensity"),
        turbidity=number(spec.turbidity, rng, "scene.sky.turbidity"),
        ground=vec3(linear(ground)),
    )


def sample_camera(
    spec: CameraSpec, targets: Mapping[str, Array], hand: str, rng: np.random.Generator
) -> Camera:
    """A concrete camera.

    Args:
        spec: what was asked for.
        targets: (3,) world position of each thing that can be looked at, metres.
        hand: the robot body a hand camera is fixed to.
        rng: drawn from in a fixed order.

    Raises:
        SpecError: where it looks at something that is not there.
    """
    path = f"cameras.{spec.name}"
    fov = number(spec.fov, rng, f"{path}.fov")
    if spec.mount is not None:
        held = Camera(
            name=spec.name,
            mount=hand,
            pos=WRIST_POS,
            quat=look_at(WRIST_POS, WRIST_TARGET),
            fov=fov,
            lens=Lens(shutter=number(spec.shutter, rng, f"{path}.shutter")),
        )
        if spec.mount_error is None:
            return held
        position = number(spec.mount_error.position, rng, f"{path}.mount_error.position")
        turn = number(spec.mount_error.rotation, rng, f"{path}.mount_error.rotation")
        return misplaced_on_hand(misplaced_on_hand(held, rng, position=position), rng, degrees=turn)
    if spec.look_at not in targets:
        raise SpecError(f"{path}.look_at: {spec.look_at!r}; allowed: {sorted(targets)}")
    distance = number(spec.distance, rng, f"{path}.distance")
    azimuth = number(spec.azimuth, rng, f"{path}.azimuth")
    elevation = number(spec.elevation, rng, f"{path}.elevation")
    shutter = number(spec.shutter, rng, f"{path}.shutter")
    target = targets[spec.look_at]
    eye = target + distance * sphere_point(azimuth, elevation)
    camera = Camera(
        name=spec.name,
        pos=vec3(eye),
        quat=look_at(eye, target),
        fov=fov,
        target=vec3(target),
        lens=Lens(shutter=shutter),
    )
    if spec.path is None:
        return camera
    start = Waypoint(target=vec3(target), azimuth=azimuth, elevation=elevation, distance=distance)
    way = camera_path(spec.path, start, targets, path)
    moving = camera.model_copy(update={"path": way})
    return along(moving, 0.0).model_copy(update={"path": way})


def misplaced_on_hand(
    camera: Camera, rng: np.random.Generator, *, position: float = 0.0, degrees: float = 0.0
) -> Camera:
    """A camera on the hand, off by so much: shifted, and turned about itself.

    Args:
        camera: where it is said to be.
        rng: draws the direction of the shift, and the axis of the turn.
        position: metres.
        degrees: of the turn.
    """
    way = rng.normal(size=3)
    way /= np.linalg.norm(way)
    half = np.radians(degrees) / 2
    turn = rotation((float(np.cos(half)), *(float(x) for x in np.sin(half) * way)))
    return camera.model_copy(
        update={
            "pos": vec3(np.asarray(camera.pos) + position * way),
            "quat": quaternion(rotation(camera.quat) @ turn),
        }
    )


_FLOORS: tuple[tuple[Rgba, Rgba], ...] = (
    ((0.55, 0.42, 0.30, 1), (0.45, 0.33, 0.23, 1)),
    ((0.66, 0.55, 0.42, 1), (0.56, 0.45, 0.33, 1)),
    ((0.42, 0.40, 0.38, 1), (0.36, 0.34, 0.33, 1)),
    ((0.58, 0.58, 0.56, 1), (0.50, 0.50, 0.49, 1)),
)
_WALLS: tuple[Rgba, ...] = (
    (0.87, 0.85, 0.80, 1),
    (0.76, 0.81, 0.80, 1),
    (0.80, 0.76, 0.72, 1),
    (0.72, 0.77, 0.83, 1),
    (0.83, 0.83, 0.83, 1),
)


def sample_surroundings(rng: np.random.Generator) -> tuple[Material, Material]:
    """A floor and a wall."""
    light, dark = _FLOORS[int(rng.integers(len(_FLOORS)))]
    wood = bool(rng.integers(2))
    floor = Material(
        texture=Texture(
            kind="wood" if wood else "tiles", colours=(light, dark), seed=int(rng.integers(2**31))
        ),
        roughness=0.7,
    )
    colour = _WALLS[int(rng.integers(len(_WALLS)))]
    shade: Rgba = (colour[0] * 0.95, colour[1] * 0.95, colour[2] * 0.95, 1.0)
    wall = Material(
        texture=Texture(kind="plaster", colours=(colour, shade), seed=int(rng.integers(2**31))),
        roughness=0.95,
    )
    return floor, wall
