"""Paths of cameras: where they stand, what their lens and sensor do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....scenes.core.geometry import look_at, sphere_point, vec3
from ....scenes.core.seeds import generator
from ....scenes.layout.camera_paths import along
from ....scenes.layout.views import misplaced_on_hand
from ....schemas import Camera, Lens, VariantError
from .family import Apply, Family, Footing, Numbers, Value, Variant


def _lens(change: Callable[[Lens, float], Lens]) -> Apply:
    """The effect of a path of the lens, from its effect on the lens alone."""

    def apply(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
        camera = variant.camera(names[0])
        lens = change(camera.lens, float(value))
        return variant.with_camera(camera.model_copy(update={"lens": lens}))

    return apply


def _field(name: str) -> Apply:
    return _lens(lambda lens, value: lens.model_copy(update={name: value}))


def _pair(name: str, place: int) -> Apply:
    """One of two numbers of a lens."""

    def change(lens: Lens, value: float) -> Lens:
        both = list(getattr(lens, name))
        both[place] = value
        return lens.model_copy(update={name: tuple(both)})

    return _lens(change)


def _fov(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    camera = variant.camera(names[0])
    lens = camera.lens.model_copy(update={"focal_length": None})
    return variant.with_camera(camera.model_copy(update={"fov": float(value), "lens": lens}))


def _orbit(part: int) -> Apply:
    """On the sphere about what it looks at: distance (0), azimuth (1) or elevation (2)."""

    def apply(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
        camera = variant.camera(names[0])
        target, place = _aim(camera)
        place[part] = float(value)
        eye = target + place[0] * sphere_point(place[1], place[2])
        pose = {"pos": vec3(eye), "quat": look_at(eye, target)}
        return variant.with_camera(camera.model_copy(update=pose))

    return apply


def _aim(camera: Camera) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], list[float]]:
    if camera.target is None:
        raise VariantError(f"camera {camera.name!r} was not aimed at a point; it has no sphere")
    target = np.asarray(camera.target)
    x, y, z = np.asarray(camera.pos) - target
    azimuth, elevation = np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))
    distance = float(np.linalg.norm([x, y, z]))
    return target, [distance, float(np.degrees(azimuth)), float(np.degrees(elevation))]


def _pose(axis: int) -> Apply:
    def apply(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
        camera = variant.camera(names[0])
        target, _ = _aim(camera)
        eye = np.array(camera.pos)
        eye[axis] = float(value)
        if np.linalg.norm(eye - target) < 0.01:
            raise VariantError(f"camera {camera.name!r} would stand on what it looks at")
        pose = {"pos": vec3(eye), "quat": look_at(eye, target)}
        return variant.with_camera(camera.model_copy(update=pose))

    return apply


def _along(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    return variant.with_camera(along(variant.camera(names[0]), float(value)))


def _shifted(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    rng = generator(variant.start.seed, "mount_error.position", names[0])
    camera = variant.camera(names[0])
    return variant.with_camera(misplaced_on_hand(camera, rng, position=float(value)))


def _turned(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    rng = generator(variant.start.seed, "mount_error.rotation", names[0])
    camera = variant.camera(names[0])
    return variant.with_camera(misplaced_on_hand(camera, rng, degrees=float(value)))


def footing(camera: Camera) -> Footing:
    """The footing of a camera."""
    if camera.path is not None:
        return "path"
    return "hand" if camera.target is None else "sphere"


PLACE = "metres in the world; it keeps looking at its target"
PIXELS = Numbers(-8192.0, 8192.0)
BEND = Numbers(-1.0, 1.0)
SKEW = Numbers(-0.2, 0.2)
FAMILIES = (
    Family("camera.NAME.fov", Numbers(5.0, 150.0), "degrees, vertical", "view", _fov),
    Family(
        "camera.NAME.distance", Numbers(0.05, 20.0), "metres from its target",
        "view", _orbit(0), moves=True, only="sphere",
    ),
    Family(
        "camera.NAME.azimuth", Numbers(-360.0, 360.0), "degrees about the vertical, 0 is +x",
        "view", _orbit(1), moves=True, only="sphere",
    ),
    Family(
        "camera.NAME.elevation", Numbers(-89.0, 90.0), "degrees above the horizon (pitch)",
        "view", _orbit(2), moves=True, only="sphere",
    ),
    *(
        Family(
            f"camera.NAME.pose.{axis}", Numbers(-20.0, 20.0), PLACE,
            "view", _pose(place), moves=True, only="sphere",
        )
        for place, axis in enumerate("xyz")
    ),
    Family(
        "camera.NAME.path", Numbers(0.0, 1.0),
        "share of its path at which it stands, in the place of views along it",
        "view", _along, moves=True, only="path",
    ),
    Family(
        "camera.NAME.mount_error.position", Numbers(0.0, 0.05),
        "metres that a camera on the hand is off, in a direction of its own in each scene",
        "view", _shifted, only="hand",
    ),
    Family(
        "camera.NAME.mount_error.rotation", Numbers(0.0, 20.0),
        "degrees that a camera on the hand is turned, about an axis of its own in each scene",
        "view", _turned, only="hand",
    ),
    Family(
        "camera.NAME.focal_length", Numbers(1.0, 1000.0),
        "millimetres, with the width of the sensor in the place of fov",
        "view", _field("focal_length"),
    ),
    Family(
        "camera.NAME.sensor_width", Numbers(1.0, 100.0), "millimetres; 36 unless said",
        "view", _field("sensor_width"),
    ),
    Family(
        "camera.NAME.principal_point.x", PIXELS, "pixels from the left",
        "view", _pair("principal_point", 0),
    ),
    Family(
        "camera.NAME.principal_point.y", PIXELS, "pixels from the top",
        "view", _pair("principal_point", 1),
    ),
    *(
        Family(
            f"camera.NAME.distortion.k{place + 1}", BEND, "radial, as OpenCV's",
            "view", _pair("distortion", place),
        )
        for place in (0, 1)
    ),
    *(
        Family(
            f"camera.NAME.distortion.p{place + 1}", SKEW, "tangential, as OpenCV's",
            "view", _pair("tangential", place),
        )
        for place in (0, 1)
    ),
    Family("camera.NAME.exposure", Numbers(-10.0, 10.0), "stops", "rgb", _field("exposure")),
    Family(
        "camera.NAME.noise", Numbers(0.0, 0.5),
        "standard deviation at full scale, as a share of it", "rgb", _field("noise"),
    ),
    Family(
        "camera.NAME.aperture", Numbers(0.0, 100.0),
        "diameter in millimetres; 0 is a pinhole", "rgb", _field("aperture"),
    ),
    Family(
        "camera.NAME.shutter", Numbers(0.0, 1.0),
        "seconds; blurs what a camera on a path passes", "rgb", _field("shutter"),
    ),
    Family(
        "camera.NAME.focus", Numbers(0.05, 100.0),
        "metres along the axis; its target unless said", "rgb", _field("focus"),
    ),
)  # fmt: skip
