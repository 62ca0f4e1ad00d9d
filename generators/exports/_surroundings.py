"""What no object is: floor, walls, their decor and pedestal, found where masks are zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...scenes.core.geometry import rotation
from ...schemas import CameraParams, Scene

if TYPE_CHECKING:
    import numpy.typing as npt

STUFF = {
    "ceiling": "ceiling.n.01",
    "curtain": "curtain.n.01",
    "door": "door.n.01",
    "floor": "floor.n.01",
    "lamp": "floor_lamp.n.01",
    "pedestal": "platform.n.01",
    "picture": "painting.n.01",
    "plant": "pot_plant.n.01",
    "radiator": "radiator.n.02",
    "rug": "rug.n.01",
    "shelf": "shelf.n.01",
    "sideboard": "cabinet.n.01",
    "skirting": "wall.n.01",
    "switch": "wall.n.01",
    "wall": "wall.n.01",
    "window": "window.n.01",
}
"""Category by the first word of the name of each part of the surroundings."""
FARTHEST = 1000.0
"""Metres; no floor reaches as far."""


class Surroundings:
    """The floor, walls, ceiling and pedestal of one scene, without its objects.

    Args:
        scene: whose surroundings they are.
    """

    def __init__(self, scene: Scene) -> None:
        """Compile them as they are drawn."""
        import mujoco

        from ...scenes.model.mujoco_model import set_options
        from ...scenes.model.surroundings import add_surroundings
        from ..images.truth.semantics import semantic_id

        spec = mujoco.MjSpec()
        set_options(spec)
        add_surroundings(spec, scene, "visual")
        self._model: Any = spec.compile()
        self._data: Any = mujoco.MjData(self._model)
        mujoco.mj_kinematics(self._model, self._data)
        names = [self._model.geom(geom).name for geom in range(self._model.ngeom)]
        ids = [semantic_id(STUFF[name.partition("_")[0]]) for name in names]
        self._semantic = np.array([*ids, 0], dtype=np.uint16)  # -1, nothing, is the last
        self._camera: CameraParams | None = None
        self._known = np.zeros((0, 0), dtype=np.uint16)
        self._cast = np.zeros((0, 0), dtype=np.bool_)

    def semantic_ids(self, camera: CameraParams, mask: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        """What the centre of each pixel sees of the surroundings.

        Args:
            camera: of the view.
            mask: (H, W) instance ids; 0 is where the surroundings are seen.

        Returns:
            (H, W) semantic ids; 0 where an object is seen, or nothing at all, such as the sky.
        """
        if camera != self._camera:
            self._camera = camera
            self._known = np.zeros(mask.shape, dtype=np.uint16)
            self._cast = np.zeros(mask.shape, dtype=np.bool_)
        open_pixels = mask == 0
        self._look(camera, open_pixels & ~self._cast)
        return np.where(open_pixels, self._known, np.uint16(0))

    def _look(self, camera: CameraParams, wanted: npt.NDArray[np.bool_]) -> None:
        """Cast rays of pixels of the latest camera, which rests between many frames."""
        import mujoco

        from ..images.camera.cameras import back_project

        count = int(wanted.sum())
        if not count:
            return
        ahead = back_project(camera, np.ones(wanted.shape))[wanted]
        rays = ahead / np.linalg.norm(ahead, axis=1, keepdims=True) @ rotation(camera.quat).T
        geoms, distances = np.zeros(count, dtype=np.int32), np.zeros(count)
        mujoco.mj_multiRay(
            self._model, self._data, np.array(camera.pos, dtype=np.float64),
            np.ascontiguousarray(rays).ravel(), None, True, -1, geoms, distances, None, count,
            FARTHEST,
        )  # fmt: skip
        self._known[wanted] = self._semantic[geoms]
        self._cast |= wanted
