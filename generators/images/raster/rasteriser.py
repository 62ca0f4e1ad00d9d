"""The rasteriser that every backend shares, one in each thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .passes import MujocoRenderer

_local = threading.local()


def rasteriser() -> MujocoRenderer:
    """This thread's rasteriser, which draws whole objects for every backend.

    Raises:
        RenderError: where EGL is missing.
    """
    found: MujocoRenderer | None = getattr(_local, "mujoco", None)
    if found is None:
        from .passes import MujocoRenderer

        found = _local.mujoco = MujocoRenderer()
    return found
