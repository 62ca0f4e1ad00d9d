"""Labelled images and videos from stored states."""

from __future__ import annotations

from ..images.camera.view import GBuffer, Renderer
from ..images.parameters.vary import check_vary
from ..renderers import renderer
from .frame_labels import Rendered
from .stage import camera_sees, keyframe_steps, render_episode, render_scene

__all__ = [
    "GBuffer",
    "Rendered",
    "Renderer",
    "camera_sees",
    "check_vary",
    "keyframe_steps",
    "render_episode",
    "render_scene",
    "renderer",
]  # fmt: skip
