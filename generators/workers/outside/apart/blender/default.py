"""BlenderProc as its documentation uses it, to compare with: its own defaults throughout."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..messages import Array
from .blender import Blender
from .camera import aim
from .stage import Stage


class DefaultPipeline:
    """`render()` with depth, normals and segmentation in one pass, then the COCO writer.

    Samples, noise threshold, bounces, denoiser and file formats are BlenderProc's; the view
    transform is plain sRGB, so that its pictures can be compared. It is used in the place of
    `Camera`.
    """

    def __init__(self, blender: Blender, stage: Stage) -> None:
        """Nothing but defaults."""
        self._blender, self._stage = blender, stage
        self._keep = tempfile.TemporaryDirectory(prefix="cousins-default-")
        self._folder = Path(self._keep.name)
        self._ready = False

    def draw(self, view: dict[str, Any], samples: int, noise: float) -> dict[str, Array]:
        """Render and write.

        Args:
            view: as for `Camera`.
            samples: for each pixel at most.
            noise: adaptive threshold.

        Returns:
            `colour` (H, W, 3) float32, display values in [0, 1]; `depth` (H, W) float32; `geoms`
            (H, W) int32.
        """
        bproc, folder = self._blender.bproc, str(self._folder)
        if not self._ready:
            for number, thing in self._stage.geoms.items():
                thing["category_id"] = number + 1
            bproc.renderer.enable_depth_output(activate_antialiasing=False, output_dir=folder)
            bproc.renderer.enable_normals_output(output_dir=folder)
            bproc.renderer.enable_segmentation_output(
                map_by=["instance", "class", "name"], default_values={"class": 0}, output_dir=folder
            )
            bproc.renderer.set_output_format(view_transform="Standard")
            self._ready = True
        aim(self._blender, view)
        bproc.renderer.set_max_amount_of_samples(samples)
        bproc.renderer.set_noise_threshold(noise)
        found = bproc.renderer.render(output_dir=folder, verbose=True)
        bproc.writer.write_coco_annotations(
            folder,
            instance_segmaps=found["instance_segmaps"],
            instance_attribute_maps=found["instance_attribute_maps"],
            colors=found["colors"],
            color_file_format="JPEG",
        )
        return {
            "colour": np.asarray(found["colors"][0], dtype=np.float32)[..., :3] / np.float32(255),
            "depth": np.asarray(found["depth"][0], dtype=np.float32),
            "geoms": np.asarray(found["instance_segmaps"][0], dtype=np.int32),
        }
