"""The shadow maps on the graphics side: what of a model each shows, and when it is drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .gl import Program, shadow_array
from .shaders import SHADOW_FRAGMENT, SHADOW_VERTEX
from .shadow_views import ShadowViews
from .uploads import POSES, SHADOWS, Uploaded

Chosen = npt.NDArray[np.bool_]
MAPS = 2
"""Of each lamp: near, far."""
OVERHEAD = 128
"""Width and height of the two maps of what is overhead: so coarse that their edges are soft."""
FLAT = 1e-6
"""Depths per metre; less is along a wall."""


@dataclass(frozen=True)
class _Cast:
    """What a map shows; one that shows the same need not be drawn again."""

    model: Uploaded
    view: bytes
    chosen: bytes
    poses: bytes


class ShadowMaps:
    """Depth maps, two for each lamp; the context must be current in all calls.

    The far map leaves out what lies inside the near one, so that it stays as it is while a robot
    works; the near map leaves out what shades nothing in it.
    """

    def __init__(self, gl: Any, pixels: int, lamps: int) -> None:
        """Make empty maps.

        Args:
            gl: OpenGL's functions.
            pixels: width and height of each.
            lamps: with shadows, at most.
        """
        self._gl, self.pixels = gl, pixels
        self._program = Program(gl, SHADOW_VERTEX, SHADOW_FRAGMENT)
        self._texture, self._frames = shadow_array(gl, pixels, MAPS * (lamps + 1))
        self.overhead = MAPS * lamps
        """Layer of the first map of what is overhead."""
        self._cast: dict[int, _Cast] = {}

    def draw(self, model: Uploaded, shadows: tuple[ShadowViews, ...], above: ShadowViews) -> None:
        """Draw the maps that do not show this already, and let programs look at all of them.

        Args:
            model: what to draw.
            shadows: of the lamps; none where they are not to cast any.
            above: of what is overhead, the robot left out, which seldom stays over one place.
        """
        gl = self._gl
        gl.glActiveTexture(gl.GL_TEXTURE0 + SHADOWS)
        gl.glBindTexture(gl.GL_TEXTURE_2D_ARRAY, self._texture)
        touching, leaving = near_and_far(above.near, model.rows[:, :, 3], model.radii)
        self._show(self.overhead, model, above.near, touching & ~model.arm, OVERHEAD)
        self._show(self.overhead + 1, model, above.far, leaving & ~model.arm, OVERHEAD)
        for number, view in enumerate(shadows):
            touching, leaving = near_and_far(view.near, model.rows[:, :, 3], model.radii)
            # Lamps hang in the room: what is on the wall that their light seems to come through
            # is behind them.
            before = model.walls @ view.near[2, :3] >= -FLAT
            self._show(MAPS * number, model, view.near, touching & before, self.pixels)
            self._show(MAPS * number + 1, model, view.far, leaving & before, self.pixels)

    def _show(
        self,
        layer: int,
        model: Uploaded,
        view: npt.NDArray[np.float64],
        chosen: Chosen,
        pixels: int,
    ) -> None:
        poses = model.rows[chosen].tobytes()
        cast = _Cast(model, view.tobytes(), chosen.tobytes(), poses)
        if self._cast.get(layer) == cast:
            return
        self._cast[layer] = cast
        gl = self._gl
        self._program.use()
        self._program.whole("poses", POSES)
        self._program.matrices("light_from_world", view)
        gl.glDisable(gl.GL_CULL_FACE)
        gl.glEnable(gl.GL_DEPTH_CLAMP)
        gl.glViewport(0, 0, pixels, pixels)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._frames[layer])
        gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
        model.cast(chosen)
        gl.glDisable(gl.GL_DEPTH_CLAMP)
        gl.glEnable(gl.GL_CULL_FACE)


def near_and_far(
    near: npt.NDArray[np.float64], centres: npt.NDArray[Any], radii: npt.NDArray[Any]
) -> tuple[Chosen, Chosen]:
    """Which geoms touch what the near map covers, and which are not wholly inside of it, (N,) each.

    Args:
        near: (4, 4) of the near map.
        centres: (N, 3) of the geoms' frames, metres.
        radii: (N,) of balls about them that hold the geoms.
    """
    places = centres @ near[:2, :3].T + near[:2, 3]
    reach = radii[:, None] * np.linalg.norm(near[:2, :3], axis=1)
    touching: Chosen = np.all(np.abs(places) - reach < 1.0, axis=1)
    inside: Chosen = np.all(np.abs(places) + reach < 1.0, axis=1)
    return touching, ~inside
