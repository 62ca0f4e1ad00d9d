"""Makes docs/images/blenderproc.jpg: the fast renderer beside the path tracer.

    python docs/make_blender_image.py

A laid table above, a furnished kitchen below; both renderers draw the same scenes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from cousins.flows.bench.frames import table_scene
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.generators.renderers.blenderproc.renderer import BlenderRenderer, Quality

SIZE = (416, 312)
GAP = 4
TARGET = Path(__file__).parent / "images" / "blenderproc.jpg"


def main() -> None:
    """Draw and write."""
    tracer = BlenderRenderer(Quality(samples=32, noise=0.02))
    rows = [_row(tracer, number, kind) for number, kind in ((1, None), (0, "kitchen"))]
    gap = np.full((GAP, rows[0].shape[1], 3), 255, np.uint8)
    Image.fromarray(np.vstack([rows[0], gap, rows[1]])).save(TARGET, quality=90)


def _row(tracer: BlenderRenderer, number: int, kind: str | None) -> npt.NDArray[np.uint8]:
    scene, assets = table_scene(0, number, kind)
    world = prepared(scene, assets).world
    data = world.new_data()
    camera = camera_params(world, data, scene.cameras[0], SIZE)
    pictures = [
        artist.colour(world, data, camera, shadows=True) for artist in (renderer("mujoco"), tracer)
    ]
    gap = np.full((SIZE[1], GAP, 3), 255, np.uint8)
    return np.hstack([pictures[0], gap, pictures[1]])


if __name__ == "__main__":
    main()
