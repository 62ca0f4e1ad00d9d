"""Sweeps: which parts of a scene a parameter path names, and scenes derived along them.

| path | value |
|---|---|
| `scene.light.NAME.intensity` | lux |
| `scene.light.NAME.azimuth`, `.elevation` | degrees, as in LightSpec |
| `scene.light.NAME.temperature` | kelvin |
| `scene.ambient` | lux |
| `object.NAME.pose.x`, `.y` | metres in the world; the height stays |
| `object.NAME.pose.yaw` | degrees about the vertical |
| `object.NAME.joint.JOINT` | share of the joint's range; `all` names every joint |
| `camera.NAME.fov` | degrees, vertical |
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping

import numpy as np

from ...scenes.geometry import axis_rotation, quaternion, rotation, vec3
from ...scenes.views import blackbody, sphere_point
from ...schemas import Asset, Camera, DatasetSpec, Light, Scene, SceneObject, SpecError, Sweep
from ...schemas.parameter import bounds

Value = float | int | str
ALL_JOINTS = "all"
_RANGES: dict[str, tuple[float, float]] = {
    "intensity": (0.0, 100_000.0),
    "azimuth": (-360.0, 360.0),
    "elevation": (5.0, 90.0),
    "temperature": (1000.0, 20_000.0),
    "ambient": (0.0, 100_000.0),
    "x": (-10.0, 10.0),
    "y": (-10.0, 10.0),
    "yaw": (-360.0, 360.0),
    "joint": (0.0, 1.0),
    "fov": (5.0, 150.0),
}
_LIGHT = ("intensity", "azimuth", "elevation", "temperature")
_POSE = ("x", "y", "yaw")
_OBJECT = re.compile(r"object\.[\w\-]+\.(pose\.(x|y|yaw)|joint\.[\w\-]+)")


def check_vary(spec: DatasetSpec) -> None:
    """Refuse paths and values of `render.vary` that no scene of this spec can have.

    Tasks bring objects of their own, so names of objects are checked with the scene.

    Raises:
        SpecError: naming the path, and the nearest valid ones or the allowed range.
    """
    valid = _paths(
        spec.scene.light,
        (camera.name for camera in spec.cameras),
        {thing.name: tuple(thing.joint) for thing in spec.scene.objects},
    )
    for path, parameter in spec.render.vary.items():
        if not _OBJECT.fullmatch(path):
            _known(path, valid)
        low, high = _range(path)
        extent = bounds(parameter)
        if extent is None or extent[0] < low or extent[1] > high:
            got = "a value that is no number" if extent is None else f"{extent[0]} to {extent[1]}"
            raise SpecError(f"render.vary.{path}: {got}; allowed are numbers from {low} to {high}")


def combinations(spec: DatasetSpec, scene: Scene) -> tuple[dict[str, Value], ...]:
    """Every combination of the sweeps, the last path fastest; other Parameters drawn once.

    The draws depend on the scene's seed and the path alone.
    """
    columns: list[list[Value]] = []
    for path, parameter in spec.render.vary.items():
        if isinstance(parameter, Sweep):
            columns.append([_scalar(path, value) for value in parameter.sweep])
        else:
            entropy = (spec.seed, *scene.seed, int.from_bytes(path.encode()))
            rng = np.random.default_rng(np.random.SeedSequence(entropy))
            columns.append([_scalar(path, parameter.sample(rng))])
    paths = list(spec.render.vary)
    return tuple(dict(zip(paths, row, strict=True)) for row in itertools.product(*columns))


def varied(scene: Scene, assets: Mapping[str, Asset], values: Mapping[str, Value]) -> Scene:
    """The scene with these values, all else as it was.

    Args:
        scene: where to start from.
        assets: by content hash.
        values: by path.

    Raises:
        SpecError: where the scene has no such part, or the value is out of range.
    """
    joints = {
        thing.name: tuple(joint.name for joint in assets[thing.asset_hash].joints)
        for thing in scene.objects
    }
    lights, cameras = (light.name for light in scene.lights), (c.name for c in scene.cameras)
    valid = _paths(lights, cameras, joints)
    for path, value in values.items():
        _known(path, valid)
        low, high = _range(path)
        if isinstance(value, str) or not low <= value <= high:
            raise SpecError(f"{path}: {value!r}; allowed are numbers from {low} to {high}")
        scene = _changed(scene, assets, path.split("."), float(value))
    return Scene.model_validate(scene.model_dump())


def _changed(scene: Scene, assets: Mapping[str, Asset], path: list[str], value: float) -> Scene:
    match path:
        case ["scene", "ambient"]:
            return scene.model_copy(update={"ambient": value})
        case ["scene", "light", name, field]:
            lights = tuple(_lit(x, field, value) if x.name == name else x for x in scene.lights)
            return scene.model_copy(update={"lights": lights})
        case ["camera", name, _]:
            cameras = tuple(_zoomed(x, value) if x.name == name else x for x in scene.cameras)
            return scene.model_copy(update={"cameras": cameras})
        case [_, name, part, field]:
            change = _posed if part == "pose" else _opened
            objects = tuple(
                change(x, assets[x.asset_hash], field, value) if x.name == name else x
                for x in scene.objects
            )
            return scene.model_copy(update={"objects": objects})
        case _:
            raise SpecError(f"{'.'.join(path)} is no path of a scene")


def _zoomed(camera: Camera, fov: float) -> Camera:
    return camera.model_copy(update={"fov": fov})


def _lit(light: Light, field: str, value: float) -> Light:
    if field == "intensity":
        return light.model_copy(update={"intensity": value})
    if field == "temperature":
        return light.model_copy(update={"colour": blackbody(value)})
    x, y, z = (-v for v in light.direction)
    azimuth = float(np.degrees(np.arctan2(y, x)))
    elevation = float(np.degrees(np.arctan2(z, np.hypot(x, y))))
    angles = {"azimuth": azimuth, "elevation": elevation, field: value}
    direction = vec3(-sphere_point(angles["azimuth"], angles["elevation"]))
    return light.model_copy(update={"direction": direction})


def _posed(thing: SceneObject, asset: Asset, field: str, value: float) -> SceneObject:
    del asset
    if field == "yaw":
        now = rotation(thing.quat)
        turn = np.radians(value) - np.arctan2(now[1, 0], now[0, 0])
        quat = quaternion(axis_rotation((0.0, 0.0, 1.0), float(turn)) @ now)
        return thing.model_copy(update={"quat": quat})
    x, y, z = thing.pos
    return thing.model_copy(update={"pos": (value, y, z) if field == "x" else (x, value, z)})


def _opened(thing: SceneObject, asset: Asset, field: str, value: float) -> SceneObject:
    joints = dict(thing.joints)
    for joint in asset.joints:
        if field in (joint.name, ALL_JOINTS):
            low, high = joint.limits
            joints[joint.name] = low + value * (high - low)
    return thing.model_copy(update={"joints": joints})


def _paths(
    lights: Iterable[str], cameras: Iterable[str], joints: Mapping[str, tuple[str, ...]]
) -> list[str]:
    paths = ["scene.ambient"]
    paths += [f"scene.light.{light}.{field}" for light in lights for field in _LIGHT]
    paths += [f"camera.{camera}.fov" for camera in cameras]
    for name, own in joints.items():
        paths += [f"object.{name}.pose.{field}" for field in _POSE]
        paths += [f"object.{name}.joint.{joint}" for joint in (*own, ALL_JOINTS) if own]
    return paths


def _known(path: str, valid: list[str]) -> None:
    if path not in valid:
        near = difflib.get_close_matches(path, valid, n=3, cutoff=0.0)
        raise SpecError(f"render.vary: {path!r} names nothing here; nearest: {', '.join(near)}")


def _range(path: str) -> tuple[float, float]:
    parts = path.split(".")
    return _RANGES["joint" if "joint" in parts[2:3] else parts[-1]]


def _scalar(path: str, value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SpecError(f"render.vary.{path}: {value!r} is no number")
    return value
