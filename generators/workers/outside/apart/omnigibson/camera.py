"""Pictures with OmniGibson's VisionSensor, and what each pixel sees.

Segmentation is read from the annotator behind the modality `seg_instance_id`, not through it:
the sensor translates labels by means of BEHAVIOR's list of categories, and fails without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..messages import Array
from .app import OmniGibson, array

MODALITIES = ("rgb", "depth_linear", "normal")
IDS = "instance_id_segmentation"
"""The annotator that says which prim a pixel sees."""
APERTURE = 20.995
"""Width of the sensor, in the unit of focal lengths."""
CLIPPING = (0.01, 1000.0)
SETTLE = 8
"""Renderings until a picture no longer shows what was there before; not measured."""
KEPT = 4
"""Cameras that are kept, by size and focal length."""


class Cameras:
    """Cameras of a scene of OmniGibson, made when first asked for."""

    def __init__(self, app: OmniGibson) -> None:
        """Of the environment that is open."""
        self._app = app
        self._made: dict[tuple[int, int, float], tuple[Any, Any]] = {}
        self._count = 0

    def draw(self, view: dict[str, Any]) -> tuple[dict[str, Array], dict[int, str]]:
        """A picture.

        Args:
            view: `width`, `height` and `fx` in pixels, the middle of the picture on the axis;
                `pos` (3) and `quat` (4), xyzw, of a camera that looks along its -z.

        Returns:
            `colour` (H, W, 3) uint8; `depth` (H, W) float32, metres along the axis, infinite where
            nothing is; `normals` (H, W, 3) float32 as the sensor gives them; `ids` (H, W) int64.
            And the paths of prims by id.
        """
        sensor, ids = self._camera(view)
        tensor = self._app.tensor
        sensor.set_position_orientation(
            position=tensor(view["pos"]), orientation=tensor(view["quat"])
        )
        for _ in range(SETTLE):
            self._app.sim.render()
        seen, _ = sensor.get_obs()
        told = ids.get_data()
        return {
            "colour": array(seen["rgb"])[..., :3].astype(np.uint8),
            "depth": array(seen["depth_linear"]).astype(np.float32),
            "normals": array(seen["normal"])[..., :3].astype(np.float32),
            "ids": array(told["data"]).astype(np.int64),
        }, {int(key): str(path) for key, path in told["info"]["idToLabels"].items()}

    def _camera(self, view: dict[str, Any]) -> tuple[Any, Any]:
        focal = view["fx"] / view["width"] * APERTURE
        key = (view["width"], view["height"], focal)
        if key not in self._made:
            while len(self._made) >= KEPT:
                oldest, _ = self._made.pop(next(iter(self._made)))
                oldest.remove()
            self._made[key] = self._new(*key)
        return self._made[key]

    def _new(self, width: int, height: int, focal: float) -> tuple[Any, Any]:
        name = f"cousins_camera_{self._count}"
        self._count += 1
        sensor = self._app.og.sensors.VisionSensor(
            relative_prim_path=f"/{name}",
            name=name,
            modalities=list(MODALITIES),
            image_width=width,
            image_height=height,
            focal_length=focal,
            clipping_range=CLIPPING,
        )
        sensor.load(self._app.env.scene)
        sensor.initialize()
        sensor.horizontal_aperture = APERTURE
        return sensor, self._app.annotator(IDS, sensor.render_product)
