"""The fast renderer: a rasteriser over MuJoCo's visual models, on any CPU."""

from __future__ import annotations

from ...schemas.plugins import Needs
from ..images.camera.view import Renderer
from ..images.raster.rasteriser import rasteriser


class MujocoBackend:
    """Draws with OpenGL, off screen."""

    summary = "a rasteriser over MuJoCo models: hundreds of frames a second on a CPU"
    needs = Needs(packages=("mujoco", "numpy", "pillow"))

    def check(self) -> None:
        """It comes along with the package."""

    def start(self) -> Renderer:
        """This thread's rasteriser, which other backends use too.

        Raises:
            RenderError: where EGL is missing.
        """
        return rasteriser()


PLUGIN = MujocoBackend()
