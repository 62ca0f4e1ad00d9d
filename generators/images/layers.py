"""Label images of one view, as the bytes of their files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import CameraParams, LabelName
from .amodal import Amodal
from .cameras import back_project
from .clouds import point_cloud
from .encode import depth_units, png
from .labels import Labeller
from .normals import coded_normals
from .view import Truth


def layers(
    labeller: Labeller,
    truth: Truth,
    mask: npt.NDArray[Any],
    amodal: Amodal | None,
    camera: CameraParams,
    wanted: tuple[LabelName, ...],
) -> dict[str, bytes]:
    """The files of the labels asked for, by what follows the frame's id in their names.

    Args:
        labeller: of the scene.
        truth: what each pixel sees.
        mask: (H, W) instance ids.
        amodal: whole objects; None where no label needs them.
        camera: of the view.
        wanted: names of labels.
    """
    files: dict[str, bytes] = {}
    if "depth" in wanted:
        files["depth.png"] = png(depth_units(distance(truth.depth, camera)))
    if "depth_linear" in wanted:
        files["depth_linear.png"] = png(depth_units(truth.depth))
    if "seg_instance" in wanted:
        files["seg_instance.png"] = png(mask)
    if "seg_semantic" in wanted:
        files["seg_semantic.png"] = png(labeller.semantic_mask(truth.geoms))
    if "seg_part" in wanted:
        files["seg_part.png"] = png(labeller.parts.of_geom[truth.geoms])
    if "seg_amodal" in wanted and amodal is not None:
        files["seg_amodal.json"] = amodal.encoded().canonical_json().encode()
    if "normal" in wanted:
        files["normal.png"] = png(coded_normals(truth, camera))
    if "point_cloud" in wanted:
        files["point_cloud.ply"] = point_cloud(truth, mask, camera)
    return files


def distance(depth: npt.NDArray[np.float32], camera: CameraParams) -> npt.NDArray[np.float32]:
    """Distance from the camera's centre (H, W), metres, from depth along the optical axis."""
    lens = camera.model_copy(update={"pos": (0.0, 0.0, 0.0), "quat": (1.0, 0.0, 0.0, 0.0)})
    return depth * _stretch(lens.canonical_json())


@lru_cache(maxsize=16)
def _stretch(camera_json: str) -> npt.NDArray[np.float32]:
    """Distance over depth at each pixel's centre, (H, W)."""
    lens = CameraParams.from_json(camera_json)
    flat = np.ones((lens.height, lens.width))
    away: npt.NDArray[np.float64] = np.linalg.norm(back_project(lens, flat), axis=2)
    return away.astype(np.float32)
