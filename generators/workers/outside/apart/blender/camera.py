"""One frame in Cycles: the picture in linear light, depth, and the geom of each pixel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..messages import Array
from .blender import Blender
from .stage import Stage

NEAR = 0.01
FAR = 1000.0
BOUNCES = 4
EVERY_BOUNCE = 12
"""Of a reference."""
CLAMP = 4.0
"""Most that one indirect sample may give; white is 1. It spares the denoiser specks."""


class BlenderCamera:
    """Draws what is on the stage."""

    def __init__(self, blender: Blender, stage: Stage) -> None:
        """Set Cycles up; outputs are switched on once."""
        self._blender, self._stage = blender, stage
        self._keep = tempfile.TemporaryDirectory(prefix="cousins-blender-", dir=_memory())
        self._folder = Path(self._keep.name)
        renderer = blender.bproc.renderer
        renderer.set_denoiser(None)
        renderer.set_output_format("OPEN_EXR", 32)
        folder = str(self._folder)
        renderer.enable_depth_output(activate_antialiasing=False, output_dir=folder)
        # With threshold 0 what is transparent counts as well, as in the fast renderer.
        renderer.enable_segmentation_output(
            map_by="instance", default_values={}, pass_alpha_threshold=0.0, output_dir=folder
        )
        for node in blender.scene.node_tree.nodes:
            if node.type == "OUTPUT_FILE":
                node.format.color_depth = "32"
        _set_paths(blender.scene.cycles)

    def draw(self, view: dict[str, Any], samples: int, noise: float) -> dict[str, Array]:
        """Render.

        Args:
            view: `width`, `height`, `fx`, `fy`, `cx`, `cy` in pixels, and `world_from_camera`
                (4, 4) in OpenGL's convention.
            samples: for each pixel at most; 0 draws labels only.
            noise: Cycles' adaptive threshold; 0 draws a reference: every sample and bounce, no
                clamp, no denoiser.

        Returns:
            `depth` (H, W) float32, 1e10 where nothing is hit; `geoms` (H, W) int32, 1 + geom id,
            0 there; and `colour` (H, W, 3) float32, linear, unless samples is 0.
        """
        aim(self._blender, view)
        self._quality(samples, noise)
        folder = str(self._folder)
        # Its progress bar would read standard output, which here leads to the log.
        self._blender.bproc.renderer.render(
            output_dir=folder, return_data=False, load_keys=set(), verbose=True
        )
        read: Any = self._blender.read_exr
        found: dict[str, Array] = {
            "depth": read(self._folder / "depth_0000.exr")[..., 0],
            "geoms": np.rint(read(self._folder / "segmap_0000.exr")[..., 0]).astype(np.int32),
        }
        if samples:
            found["colour"] = read(self._folder / "rgb_0000.exr")
        return found

    def _quality(self, samples: int, noise: float) -> None:
        cycles = self._blender.scene.cycles
        cycles.samples = max(samples, 1)
        cycles.adaptive_threshold = noise
        cycles.use_adaptive_sampling = cycles.use_denoising = samples > 0 and noise > 0
        bounces = BOUNCES if noise > 0 else EVERY_BOUNCE
        cycles.max_bounces = bounces if samples else 0
        cycles.diffuse_bounces = cycles.glossy_bounces = bounces - 1
        cycles.sample_clamp_indirect = CLAMP if noise > 0 else 0.0
        self._blender.bpy.context.view_layer.cycles.use_denoising = cycles.use_denoising


def aim(blender: Blender, view: dict[str, Any]) -> None:
    """Put Blender's camera where a view is from."""
    camera = blender.bproc.camera
    # Its pixels have their centres at whole numbers, ours at halves.
    matrix = [
        [view["fx"], 0.0, view["cx"] - 0.5],
        [0.0, view["fy"], view["cy"] - 0.5],
        [0.0, 0.0, 1.0],
    ]
    camera.set_intrinsics_from_K_matrix(
        matrix, view["width"], view["height"], clip_start=NEAR, clip_end=FAR
    )
    # A key that replaces another keeps some of its last bits, and Blender picks the Euler angles
    # next to the last ones.
    blender.bpy.data.batch_remove(list(blender.bpy.data.actions))
    blender.scene.camera.rotation_euler = (0.0, 0.0, 0.0)
    camera.add_camera_pose(np.array(view["world_from_camera"]), frame=0)


def _set_paths(cycles: Any) -> None:
    """How light travels, and how what is left of the noise goes."""
    cycles.seed = 0
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "NONE"
    cycles.denoising_quality = "FAST"
    cycles.transmission_bounces = 0
    cycles.transparent_max_bounces = 16
    cycles.ao_bounces_render = 0
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False


def _memory() -> str | None:
    """A folder in memory, where there is one."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() else None
