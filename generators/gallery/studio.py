"""A photo studio for one asset: alone on an invisible floor that keeps its shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.asset_geometry import link_points, link_poses
from ...scenes.core.geometry import Array, look_at, quaternion, rotation, sphere_point, vec3
from ...scenes.model.asset_model import Copy, add_asset, add_resources
from ...scenes.model.mujoco_model import set_options
from ...schemas import Asset, CameraParams, Light, Material, RobotPose, Room, Scene
from ..renderers import renderer

Picture = npt.NDArray[np.uint8]
AZIMUTH, ELEVATION = 32.0, 24.0
"""Where the camera stands, degrees from the front (+x) and up."""
FIELD = 22.0
"""Degrees, of view."""
FILL = 0.84
"""Share of the picture's side that the asset spans at most."""
SHADOW_STRENGTH = 0.6
"""Opacity of full shadow on the floor."""
LIGHTS = tuple(
    Light(name=name, direction=vec3(-sphere_point(azimuth, 52.0)), intensity=lux, colour=colour)
    for name, azimuth, lux, colour in (
        ("key", AZIMUTH - 62.0, 420.0, (1.0, 0.97, 0.93)),
        ("fill", AZIMUTH + 48.0, 150.0, (0.93, 0.97, 1.0)),
    )
)
AMBIENT = 240.0
"""Lux from everywhere."""
FLOOR = -0.002
"""Height of the floor, metres: as low as shadows are looked up above a surface, so that they
begin where things touch it."""
EDGE = 0.12
"""Share of the picture over which shadows fade out at its border."""
_UPRIGHT = (1.0, 0.0, 0.0, 0.0)
_GL_FROM_CV = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class _Set:
    """An asset on a floor, ready to be drawn."""

    model: Any
    scene: Scene
    asset: Asset

    def asset_of(self, name: str) -> Asset:
        """There is but one."""
        del name
        return self.asset


def pictures(asset: Asset, size: int, openings: tuple[float, ...]) -> tuple[Picture, ...]:
    """The asset from its front right with its joints at some shares of their ranges.

    All pictures of an asset have the same camera.

    Args:
        asset: the asset.
        size: width and height, pixels.
        openings: 0 is closed, 1 fully open.

    Returns:
        For each opening (size, size, 4) RGBA, transparent where there is no asset and no shadow.

    Raises:
        RenderError: where nothing can be drawn here.
    """
    stage = _build(asset)
    camera = _camera(asset, 2 * size, openings)
    data = mujoco.MjData(stage.model)
    return tuple(_picture(stage, data, camera, opening) for opening in openings)


def _build(asset: Asset) -> _Set:
    spec = mujoco.MjSpec()
    set_options(spec)
    spec.worldbody.add_geom(
        name="floor",
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[0, 0, 0.05],
        pos=[0, 0, FLOOR],
        rgba=[0.7, 0.7, 0.7, 1],
    )
    add_resources(spec, "asset", asset, "visual")
    add_asset(spec, Copy("thing", "asset", (0.0, 0.0, 0.0), _UPRIGHT, True), asset, "visual")
    return _Set(spec.compile(), _scene(asset), asset)


def _scene(asset: Asset) -> Scene:
    """Lights, and as the room a box that holds all that casts shadows."""
    reach = 2.6 * float(np.linalg.norm(asset.extents))
    return Scene(
        id="studio",
        seed=(),
        support="thing",
        robot=RobotPose(name="none", pos=(0.0, 0.0, 0.0), quat=_UPRIGHT, home=()),
        objects=(),
        lights=LIGHTS,
        ambient=AMBIENT,
        cameras=(),
        floor=Material(),
        wall=Material(),
        room=Room(low=(-reach / 2, -reach / 2, 0.0), high=(reach / 2, reach / 2, reach / 2)),
    )


def joints_at(asset: Asset, opening: float) -> dict[str, float]:
    """Positions of all joints at a share of the way from zero to their farther limit."""
    return {
        joint.name: opening * max(joint.limits, key=lambda limit: (abs(limit), limit))
        for joint in asset.joints
    }


def _picture(stage: _Set, data: Any, camera: CameraParams, opening: float) -> Picture:
    """Draw twice as large and halve, so that the edges of the cut-out are smooth."""
    for name, value in joints_at(stage.asset, opening).items():
        data.qpos[stage.model.joint(f"thing/{name}").qposadr[0]] = value
    mujoco.mj_kinematics(stage.model, data)
    drawn = renderer("mujoco")
    colour = drawn.colour(stage, data, camera, shadows=True).astype(np.float64)
    solid = drawn.truth(stage, data, camera).geoms > 1  # 0 is nothing, 1 the floor
    bright = colour.mean(axis=2)
    lit = np.percentile(bright[~solid], 98) if (~solid).any() else 255.0
    shade = SHADOW_STRENGTH * np.clip(1.06 * (1 - bright / lit) - 0.02, 0, 1) * _fade(len(colour))
    alpha = np.where(solid, 1.0, shade)
    weighted = np.where(solid[..., None], colour, 0.0) * alpha[..., None]
    small_alpha, small = _halved(alpha), _halved(weighted)
    rgb = small / np.maximum(small_alpha, 1e-6)[..., None]
    return np.dstack([rgb, 255 * small_alpha]).round().clip(0, 255).astype(np.uint8)


def _fade(size: int) -> Array:
    """(size, size): 1 in the middle, 0 at the border."""
    inward = np.minimum(np.arange(size), np.arange(size)[::-1]) / (EDGE * size)
    ramp = np.clip(inward, 0, 1)
    smooth = ramp * ramp * (3 - 2 * ramp)
    return np.multiply.outer(smooth, smooth)


def _halved(image: Array) -> Array:
    return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) / 4


def _camera(asset: Asset, size: int, openings: tuple[float, ...]) -> CameraParams:
    """A camera that has the asset in the middle of the picture, however it is opened."""
    points = np.concatenate([_points(asset, opening) for opening in openings])
    towards = sphere_point(AZIMUTH, ELEVATION)
    target = (points.min(axis=0) + points.max(axis=0)) / 2
    half = math.tan(math.radians(FIELD / 2))
    turn = rotation(look_at(towards, (0.0, 0.0, 0.0))) @ _GL_FROM_CV
    distance = float(np.linalg.norm(points - target, axis=1).max()) / math.sin(
        math.radians(FIELD / 2)
    )
    for _ in range(8):  # a fixed point of centring and scaling, reached to a pixel in a few steps
        local = (points - target - distance * towards) @ turn
        seen = local[:, :2] / local[:, 2:] / half
        low, high = seen.min(axis=0), seen.max(axis=0)
        target = target + turn[:, :2] @ ((low + high) / 2 * half * distance)
        distance *= float((high - low).max()) / 2 / FILL
    focal = size / 2 / half
    return CameraParams(
        width=size, height=size, fx=focal, fy=focal, cx=size / 2, cy=size / 2,
        pos=vec3(target + distance * towards), quat=quaternion(turn),
    )  # fmt: skip


def _points(asset: Asset, opening: float) -> Array:
    """All that is seen, (N, 3), in the asset frame."""
    where = link_poses(asset, joints_at(asset, opening))
    found: list[Array] = []
    for link in asset.links:
        pose = where[link.name]
        found.append(link_points(asset, link.visuals) @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)
