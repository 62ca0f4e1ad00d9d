"""The label `nocs`: where in its object each pixel lies."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from test_images import spec, world

from cousins.generators.frames import render_scene
from cousins.generators.images.camera.cameras import project
from cousins.scenes.core.geometry import rotation


def test_coordinates_lead_back_to_the_pixels_that_see_them() -> None:
    scene, assets = world(21, round_things=True)
    labels = ("rgb", "seg_instance", "bbox_3d", "nocs")
    made = render_scene(scene, assets, spec(labels=labels))
    seen = 0
    for frame in made.frames:
        pictures = {
            name: np.asarray(Image.open(io.BytesIO(made.files[path])))
            for name, path in frame.files.items()
        }
        mask, nocs = pictures["seg_instance"], pictures["nocs"]
        assert nocs.dtype == np.uint8
        assert nocs.shape == (*mask.shape, 3)
        assert not nocs[mask == 0].any()
        camera = frame.camera_params
        for thing in frame.objects:
            box = thing.bbox_3d
            rows, columns = np.nonzero(mask == thing.instance_id)
            if box is None or not len(rows):
                continue
            diagonal = float(np.linalg.norm(box.extents))
            local = (nocs[rows, columns] / 255 - 0.5) * diagonal
            assert (np.abs(local) <= np.array(box.extents) / 2 + diagonal / 255).all()
            points = local @ rotation(box.quat).T + np.array(box.centre)
            ahead = (points - np.array(camera.pos)) @ rotation(camera.quat)
            pixels = project(camera, ahead)
            # Half a step along each of three axes.
            slack = np.sqrt(3) / 2 * diagonal / 255 * camera.fx / ahead[:, 2].min() * 1.2
            apart = np.linalg.norm(pixels - np.column_stack([columns, rows]) - 0.5, axis=1)
            assert apart.max() < slack, thing.name
            seen += 1
    assert seen > 3
