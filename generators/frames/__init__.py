"""Labelled images and videos from stored states."""

from __future__ import annotations

from ..images.vary import check_vary
from ..images.view import Renderer, Truth
from ..renderers import renderer
from .stage import camera_sees, keyframe_steps, render_episode, render_scene
from .stills import Rendered

__all__ = [
    "Rendered", "Renderer", "Truth", "camera_sees", "check_vary", "keyframe_steps",
    "render_episode", "render_scene", "renderer",
]  # fmt: skip
