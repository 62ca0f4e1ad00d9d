"""Our path-traced labelled frame beside BlenderProc's documented default pipeline.

Both draw the same scene from the same camera under the same lights, in processes that are kept
alive. Ours is the whole render stage: picture, all labels, files. The default pipeline is
BlenderProc's `render()` as it comes (1024 samples, noise threshold 0.01, its denoiser, its
bounces) with depth, normals and segmentation, and its COCO writer; it is given the benefit of a
process that is kept alive and of segmentation in the same render. Each picture is compared with
its own pipeline's at 1024 samples for every pixel (small: 256) and without a denoiser.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from ...generators.blender.light import developed
from ...generators.blender.renderer import BlenderRenderer, Quality, worker_command
from ...generators.images import render_scene
from ...generators.images.cameras import camera_params
from ...generators.images.worlds import prepared
from ...schemas import Asset, DatasetSpec, Scene
from .frames import OBJECTS, _scene  # pyright: ignore[reportPrivateUsage]

DEFAULT_SAMPLES, DEFAULT_NOISE = 1024, 0.01
"""BlenderProc's."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `blenderproc`."""
    size = (96, 96) if small else (256, 256)
    reference = 256 if small else 1024
    scene, assets = _scene(seed, 0)
    artist = BlenderRenderer()
    render_scene(scene, assets, _spec(size, 1), artist)  # starts Blender, loads the scene
    frames = 2 if small else 6
    start = time.perf_counter()
    made = render_scene(scene, assets, _spec(size, frames), artist).frames
    ours = (time.perf_counter() - start) / len(made)
    picture = _picture(artist, scene, assets, size)
    artist.close()
    truth = developed(_picture(_reference(reference, default=False), scene, assets, size))
    default_picture, default = _default(scene, assets, size)
    default_truth = _picture(_reference(reference, default=True), scene, assets, size)
    return {
        "speedup": round(default / ours, 2),
        "ours_seconds_per_frame": round(ours, 3),
        "default_seconds_per_frame": round(default, 3),
        "psnr_ours": round(_psnr(developed(picture), truth), 2),
        "psnr_default": round(_psnr(_bytes(default_picture), _bytes(default_truth)), 2),
        "size": list(size),
        "reference_samples": reference,
        "samples": Quality().samples,
    }


def _default(
    scene: Scene, assets: dict[str, Asset], size: tuple[int, int]
) -> tuple[npt.NDArray[Any], float]:
    """Its picture, and the seconds of its second frame."""
    quality = Quality(samples=DEFAULT_SAMPLES, noise=DEFAULT_NOISE, frame_limit=3600)
    artist = BlenderRenderer(quality, worker_command(0, default=True))
    _picture(artist, scene, assets, (16, 16))  # starts Blender, loads the scene
    start = time.perf_counter()
    picture = _picture(artist, scene, assets, size)
    seconds = time.perf_counter() - start
    artist.close()
    return picture, seconds


def _reference(samples: int, *, default: bool) -> BlenderRenderer:
    quality = Quality(samples=samples, noise=0.0, frame_limit=3600)
    return BlenderRenderer(quality, worker_command(0, default=default))


def _picture(
    artist: BlenderRenderer, scene: Scene, assets: dict[str, Asset], size: tuple[int, int]
) -> npt.NDArray[Any]:
    world = prepared(scene, assets).world
    data = world.new_data()
    camera = camera_params(world, data, scene.cameras[0], size)
    return artist.light(world, data, camera, shadows=True)


def _bytes(display: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    picture: npt.NDArray[np.uint8] = np.rint(255 * np.clip(display, 0, 1)).astype(np.uint8)
    return picture


def _psnr(image: npt.NDArray[np.uint8], truth: npt.NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of 8-bit pictures, decibels."""
    error = float(np.mean((image.astype(np.float64) - truth) ** 2))
    return float(10 * np.log10(255**2 / max(error, 1e-12)))


def _spec(size: tuple[int, int], frames: int) -> DatasetSpec:
    """Every frame is another heading of the mug."""
    yaw = [360.0 * number / frames for number in range(frames)]
    objects = [{"name": c.partition(".")[0], "category": c} for c in OBJECTS]
    return DatasetSpec.model_validate(
        {
            "name": "bench-blenderproc",
            "scene": {"objects": objects},
            "render": {"size": size, "vary": {"object.mug.pose.yaw": {"sweep": yaw}}},
        }
    )
