"""The fast renderer with more work in each picture: wide soft shadows, and darker creases."""

from __future__ import annotations

from ...schemas.plugins import Needs
from ..images.camera.view import Renderer


class FineBackend:
    """Draws with OpenGL, off screen, as `mujoco` does; all labels are the same."""

    summary = "the same rasteriser with soft shadows and ambient occlusion, at half the speed"
    needs = Needs(packages=("mujoco", "numpy", "pillow"))

    def check(self) -> None:
        """It comes along with the package."""

    def start(self) -> Renderer:
        """A rasteriser of its own.

        Raises:
            RenderError: where EGL is missing.
        """
        from ..images.raster.finish import FINE
        from ..images.raster.passes import MujocoRenderer

        return MujocoRenderer(FINE)


PLUGIN = FineBackend()
