"""Our path-traced labelled frame beside BlenderProc's documented default pipeline.

Both draw the same scene from the same camera: meshes, materials, lights, sky and view transform
(plain sRGB) are the same, built by the same code, each in a process that is kept alive. Ours is
the whole render stage: picture, all labels, files. The default pipeline is BlenderProc's
`render()` as it comes (1024 samples, noise threshold 0.01, its denoiser, its bounces, its ambient
occlusion) with depth, normals and segmentation in the same render, and its COCO writer.

Both pictures are compared with one reference of that scene: 1024 samples for every pixel (small:
128), twelve bounces, no clamp, no denoiser.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...generators.frames import render_scene
from ...generators.images.camera.cameras import camera_params
from ...generators.images.truth.worlds import prepared
from ...generators.renderers.blenderproc.light import encoded
from ...generators.renderers.blenderproc.renderer import BlenderRenderer, Quality, worker_command
from ...schemas import Asset, DatasetSpec, Scene
from .frames import OBJECTS, table_scene

DEFAULT_SAMPLES, DEFAULT_NOISE = 1024, 0.01
"""BlenderProc's."""
LONG = 3600.0
"""Seconds that a frame may take here."""
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Measured:
    """One pipeline.

    Attributes:
        picture: (H, W, 3) sRGB.
        start: seconds until its process was ready and the scene loaded.
        frame: seconds of a labelled frame.
        cpu: CPU seconds of Blender for one.
    """

    picture: Bytes
    start: float
    frame: float
    cpu: float


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `blenderproc`."""
    size = (64, 64) if small else (256, 256)
    samples = 128 if small else 1024
    scene, assets = table_scene(seed, 0)
    artist = BlenderRenderer(Quality(frame_limit=LONG))
    ours = _ours(artist, scene, assets, size, frames=2 if small else 8)
    other = table_scene(seed, 1)
    start = time.perf_counter()
    _picture(artist, *other, (16, 16))
    change = time.perf_counter() - start
    truth = _picture(artist, scene, assets, size, Quality(samples=samples, noise=0.0))
    artist.close()
    default = _default(scene, assets, size)
    return {
        "speedup": round(default.frame / ours.frame, 2),
        "ours_seconds_per_frame": round(ours.frame, 3),
        "default_seconds_per_frame": round(default.frame, 3),
        "psnr_ours": round(_psnr(ours.picture, encoded(truth)), 2),
        "psnr_default": round(_psnr(default.picture, encoded(truth)), 2),
        "ours_blender_cpu_seconds_per_frame": round(ours.cpu, 3),
        "default_blender_cpu_seconds_per_frame": round(default.cpu, 3),
        "start_seconds": round(ours.start, 2),
        "scene_change_seconds": round(change, 2),
        "speedup_one_frame_with_start": round(
            (default.start + default.frame) / (ours.start + ours.frame), 2
        ),
        "size": list(size),
        "samples": Quality().samples,
        "reference_samples": samples,
    }


def _ours(
    artist: BlenderRenderer,
    scene: Scene,
    assets: dict[str, Asset],
    size: tuple[int, int],
    frames: int,
) -> Measured:
    start = time.perf_counter()
    _picture(artist, scene, assets, (16, 16))
    ready = time.perf_counter()
    render_scene(scene, assets, _spec(size, 1), artist)
    begin, cpu = time.perf_counter(), _cpu(artist)
    made = render_scene(scene, assets, _spec(size, frames), artist).frames
    seconds, spent = time.perf_counter() - begin, _cpu(artist) - cpu
    picture = encoded(_picture(artist, scene, assets, size))
    return Measured(picture, ready - start, seconds / len(made), spent / len(made))


def _default(scene: Scene, assets: dict[str, Asset], size: tuple[int, int]) -> Measured:
    quality = Quality(samples=DEFAULT_SAMPLES, noise=DEFAULT_NOISE, frame_limit=LONG)
    artist = BlenderRenderer(quality, worker_command(0, default=True))
    start = time.perf_counter()
    _picture(artist, scene, assets, (16, 16))
    begin, cpu = time.perf_counter(), _cpu(artist)
    display = _picture(artist, scene, assets, size)
    seconds, spent = time.perf_counter() - begin, _cpu(artist) - cpu
    artist.close()
    picture: Bytes = np.rint(255 * display).astype(np.uint8)
    return Measured(picture, begin - start, seconds, spent)


def _picture(
    artist: BlenderRenderer,
    scene: Scene,
    assets: dict[str, Asset],
    size: tuple[int, int],
    quality: Quality | None = None,
) -> npt.NDArray[Any]:
    world = prepared(scene, assets).world
    data = world.new_data()
    camera = camera_params(world, data, scene.cameras[0], size)
    return artist.light(world, data, camera, shadows=True, quality=quality)


def _cpu(artist: BlenderRenderer) -> float:
    """CPU seconds that its Blender has used so far."""
    status = Path(f"/proc/{artist.process_id}/stat").read_text(encoding="utf-8")
    user, system = status.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _psnr(image: Bytes, truth: Bytes) -> float:
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
