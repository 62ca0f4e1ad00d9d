"""The renderers that there are, by the names that a spec has for them."""

from __future__ import annotations

import threading

from ...schemas import BackendMissingError
from .rasteriser import rasteriser
from .view import Renderer

_local = threading.local()


def renderer(backend: str) -> Renderer:
    """The renderer of that name; this thread keeps it, with its caches.

    Raises:
        BackendMissingError: where it cannot be used here; the message says how to get it.
    """
    check_renderer(backend)
    if backend == "mujoco":
        return rasteriser()
    found: Renderer | None = getattr(_local, "blenderproc", None)
    if found is None:
        from ..blender.renderer import BlenderRenderer

        found = _local.blenderproc = BlenderRenderer()
    return found


def check_renderer(backend: str) -> None:
    """Refuse a renderer that is not here.

    Raises:
        BackendMissingError: saying what it would need.
    """
    if backend == "mujoco":
        return
    if backend == "blenderproc":
        from ..blender.environment import interpreter

        interpreter()
        return
    hints = {
        "omnigibson": "it needs an RTX machine with OmniGibson and an adapter that this "
        "version does not have",
    }
    hint = hints.get(backend, "there is no such renderer")
    raise BackendMissingError(
        f"render.backend: {backend!r} is not available: {hint}; use `backend: mujoco`"
    )
