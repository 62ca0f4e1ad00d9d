"""A camera to film rollouts with, where the spec of a dataset has none."""

from __future__ import annotations

import numpy as np

from ...scenes.core.seeds import generator
from ...scenes.layout.views import sample_camera
from ...schemas import CameraSpec, Scene
from ...schemas.parameter import Constant

SPECTATOR = CameraSpec(
    name="spectator",
    look_at="objects",
    distance=Constant(value=1.2),
    azimuth=Constant(value=30.0),
    elevation=Constant(value=35.0),
)
"""Looks from the far side of the table at the middle of what stands on it."""


def watched(scene: Scene) -> Scene:
    """The scene, with a camera of its own where it has none."""
    if scene.cameras:
        return scene
    standing = [thing.pos for thing in scene.objects if thing.name != scene.support]
    middle = np.mean(standing or [thing.pos for thing in scene.objects], axis=0)
    camera = sample_camera(SPECTATOR, {"objects": middle}, "", generator(scene.seed, "spectator"))
    return scene.model_copy(update={"cameras": (camera,)})
