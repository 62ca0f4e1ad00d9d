"""The observed objects, drawn over the view, and the twin beside it."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ...scenes.assembly.assemble import assemble
from ...scenes.assets.library import AssetLibrary
from ...scenes.core.geometry import Array, inverse, quaternion, transform, vec3
from ...scenes.cousins.asset_selection import AssemblyRequest
from ...scenes.observation.observe import Observed
from ...scenes.observation.view import DepthView
from ...schemas import Asset, CameraParams, CousinSpec, Scene
from ..images.truth.worlds import prepared
from ..renderers import renderer

Picture = npt.NDArray[np.uint8]
EDGES = (
    (0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6),
    (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7),
)  # fmt: skip
FRONT = ((0, 1), (4, 5), (0, 4), (1, 5))
"""Edges of the side that faces the box's +x."""
AWAY = (0.0, 0.0, -3.0)
"""Where the robot is while the twin is drawn: out of the picture, metres."""


def preview(view: DepthView, observed: Observed, twin: Picture | None = None) -> Image.Image:
    """The picture, the masks with boxes, and the twin if there is one, side by side."""
    seen = picture(view)
    tiles = [seen, boxes_over(view, observed), *([] if twin is None else [twin])]
    return Image.fromarray(np.concatenate(tiles, axis=1))


def picture(view: DepthView) -> Picture:
    """The picture of the view; where there is none, its depth, the near bright."""
    if view.rgb is not None:
        return view.rgb
    known = view.depth > 0
    low, high = np.percentile(view.depth[known], (1, 99))
    near = np.where(known, 1 - np.clip((view.depth - low) / max(high - low, 1e-6), 0, 1), 0.0)
    return (255 * near[..., None].repeat(3, axis=2)).astype(np.uint8)


def boxes_over(view: DepthView, observed: Observed) -> Picture:
    """The picture in grey, each mask in its colour, with the twins' boxes; fronts are bold."""
    grey: npt.NDArray[np.float64] = picture(view).mean(axis=2, keepdims=True).repeat(3, axis=2)
    for number, thing in enumerate(observed.objects):
        mask = view.masks == thing.segment.instance
        grey[mask] = 0.5 * grey[mask] + 0.5 * np.array(_colour(number))
    image = Image.fromarray(grey.astype(np.uint8))
    pen = ImageDraw.Draw(image)
    camera_from_bench = inverse(observed.bench_from_camera)
    for number, thing in enumerate(observed.objects):
        pixels = _project(view, camera_from_bench, thing.box.corners())
        if pixels is None:
            continue
        for edge in EDGES:
            ends = [tuple(pixels[corner].tolist()) for corner in edge]
            pen.line(ends, fill=_colour(number), width=4 if edge in FRONT else 1)
    return np.asarray(image)


def twin_scene(
    observed: Observed, library: AssetLibrary, seed: int = 0
) -> tuple[Scene, dict[str, Asset]]:
    """The observed scene assembled from twins, settled by physics.

    Raises:
        AssemblyError: where it cannot be assembled.
    """
    request = AssemblyRequest(
        scene_id="observed",
        task_id=None,
        spec=observed.spec,
        roles={},
        required={},
        cousins=CousinSpec(distance=(0.0, 0.0)),
        cameras=(),
        robot="franka-fr3",
        seed=(seed,),
        twin_seed=(seed,),
    )
    return assemble(request, library)


def twin_picture(
    view: DepthView, observed: Observed, scene: Scene, assets: Mapping[str, Asset]
) -> Picture:
    """An assembled scene as the camera of the view would see it, without the robot."""
    height = scene.robot.pos[2]
    pose = transform([0.0, 0.0, height], np.eye(3)) @ observed.bench_from_camera
    width, tall = view.size
    (fx, fy), (cx, cy) = view.focal, view.centre
    camera = CameraParams(
        width=width, height=tall, fx=fx, fy=fy, cx=cx, cy=cy,
        pos=vec3(pose[:3, 3]), quat=quaternion(pose[:3, :3]),
    )  # fmt: skip
    away = scene.model_copy(update={"robot": scene.robot.model_copy(update={"pos": AWAY})})
    ready = prepared(away, assets)
    return renderer("mujoco").colour(ready.world, ready.world.new_data(), camera, shadows=True)


def _project(view: DepthView, camera_from_bench: Array, points: Array) -> Array | None:
    """Pixel coordinates (N, 2), or None where a point lies behind the camera."""
    local = points @ camera_from_bench[:3, :3].T + camera_from_bench[:3, 3]
    if (local[:, 2] < 0.02).any():
        return None
    pixels: Array = local[:, :2] / local[:, 2:] * np.array(view.focal) + np.array(view.centre)
    return pixels


def _colour(number: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(number * 0.381966 % 1.0, 0.8, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)
