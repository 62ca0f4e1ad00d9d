"""The environment on the graphics side: what mirrors show, and what is seen behind everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import CameraParams
from ..light.environment import Environment
from .colour_shaders import SKY_FRAGMENT, SKY_VERTEX
from .gl import Program
from .projections import clip_from_world
from .uploads import AROUND


class Around:
    """Holds the map of one environment; the context must be current in all calls."""

    def __init__(self, gl: Any) -> None:
        """Make an empty map and the sky's program."""
        self._gl = gl
        self._sky = Program(gl, SKY_VERTEX, SKY_FRAGMENT)
        self._sky.use()
        self._sky.whole("around", AROUND)
        self._nothing = int(gl.glGenVertexArrays(1))
        self._texture = int(gl.glGenTextures(1))
        self._shown: Environment | None = None

    def show(self, environment: Environment) -> None:
        """Make an environment the current one."""
        gl = self._gl
        gl.glActiveTexture(gl.GL_TEXTURE0 + AROUND)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
        if self._shown is environment:
            return
        self._shown = environment
        level, texels = 0, environment.upper.astype(np.float32)
        while True:
            rows, columns, _ = texels.shape
            gl.glTexImage2D(
                gl.GL_TEXTURE_2D, level, gl.GL_RGB32F, columns, rows, 0, gl.GL_RGB, gl.GL_FLOAT,
                np.ascontiguousarray(texels),
            )  # fmt: skip
            if min(rows, columns) < 4:
                break
            texels = _halved(texels)
            level += 1
        for name, value in (
            (gl.GL_TEXTURE_MAX_LEVEL, level),
            (gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR_MIPMAP_LINEAR),
            (gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR),
            (gl.GL_TEXTURE_WRAP_S, gl.GL_REPEAT),
            (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
        ):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, name, value)

    def light(self, program: Program, environment: Environment) -> None:
        """Set what a program in use needs to know of what it mirrors or shows."""
        program.vectors("around_ground", environment.ground)
        turn = (float(np.cos(environment.azimuth)), float(np.sin(environment.azimuth)))
        program.pair("around_turn", turn)

    def draw(self, camera: CameraParams, environment: Environment) -> None:
        """Fill the frame with it, behind all that is drawn later."""
        gl = self._gl
        self._sky.use()
        self.light(self._sky, environment)
        self._sky.matrices("world_from_clip", _away_from_clip(camera))
        gl.glBindVertexArray(self._nothing)
        gl.glDisable(gl.GL_DEPTH_TEST)
        gl.glDisable(gl.GL_CULL_FACE)
        gl.glDrawArrays(gl.GL_TRIANGLES, 0, 3)
        gl.glEnable(gl.GL_CULL_FACE)
        gl.glEnable(gl.GL_DEPTH_TEST)


def _halved(texels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    rows, columns, _ = texels.shape
    quarters = texels.reshape(rows // 2, 2, columns // 2, 2, 3)
    return np.asarray(quarters.mean(axis=(1, 3)), dtype=np.float32)


def _away_from_clip(camera: CameraParams) -> npt.NDArray[np.float64]:
    """(4, 4): the direction in the world that a place in the picture looks in, not unit."""
    at_origin = clip_from_world(camera.model_copy(update={"pos": (0.0, 0.0, 0.0)}))
    # Of clip space only x, y and w depend on the direction: w is the depth along the axis.
    rows = np.linalg.inv(at_origin[[0, 1, 3]][:, :3])
    found = np.zeros((4, 4))
    found[:3, :2], found[:3, 3] = rows[:, :2], rows[:, 2]
    return found
