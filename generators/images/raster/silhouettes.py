"""Whole objects, as if each stood alone: one pass over the triangles for up to 128 of them.

Each group of geoms draws its own bit of an integer image. Without a depth test, and with the
bits combined by OR (OpenGL's logic operation), a pixel ends with the bits of all groups that
cover its centre, whatever stands before them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import CameraParams
from .gl import Frame, Program, float_texture
from .shaders import COVER_FRAGMENT, COVER_VERTEX
from .uploads import POSES, Uploaded

Words = npt.NDArray[np.uint32]

WORD = 32
"""Groups in one channel."""
CHANNELS = 4
_NUMBERS = 4
"""Texture unit; those before it are the model's."""


class CoverPass:
    """Draws which groups of geoms cover each pixel."""

    def __init__(self, gl: Any) -> None:
        """Compile the program; the context must be current, here and in all calls."""
        self._gl = gl
        self._program = Program(gl, COVER_VERTEX, COVER_FRAGMENT)
        self._frames: dict[tuple[int, int, int], Frame] = {}
        self._numbers: tuple[bytes, int, int] | None = None

    def draw(
        self,
        model: Uploaded,
        clip_from_world: npt.NDArray[np.float64],
        camera: CameraParams,
        groups: npt.NDArray[np.integer[Any]],
    ) -> Words:
        """See `MujocoRenderer.silhouettes`; the model must be bound."""
        gl, count = self._gl, int(groups.max(initial=0))
        self._program.use()
        self._program.whole("poses", POSES)
        self._program.matrices("clip_from_world", clip_from_world)
        self._bind(groups)
        words = -(-count // WORD)
        parts: list[Words] = []
        gl.glDisable(gl.GL_DEPTH_TEST)
        gl.glEnable(gl.GL_COLOR_LOGIC_OP)
        gl.glLogicOp(gl.GL_OR)
        for first in range(0, words, CHANNELS):
            self._program.whole("first", first * WORD)
            parts.append(self._read(model, camera, min(words - first, CHANNELS)))
        gl.glDisable(gl.GL_COLOR_LOGIC_OP)
        gl.glEnable(gl.GL_DEPTH_TEST)
        empty = np.zeros((camera.height, camera.width, 0), dtype=np.uint32)
        return np.concatenate([empty, *parts], axis=2)

    def _read(self, model: Uploaded, camera: CameraParams, channels: int) -> Words:
        """Draw up to four words of bits, (H, W, channels)."""
        gl, size = self._gl, (camera.width, camera.height)
        kept, order = (gl.GL_R32UI, gl.GL_RED_INTEGER) if channels == 1 else (
            gl.GL_RGBA32UI, gl.GL_RGBA_INTEGER,
        )  # fmt: skip
        key = (*size, int(kept))
        if key not in self._frames:
            self._frames[key] = Frame.make(gl, *size, kept)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._frames[key].id)
        gl.glViewport(0, 0, *size)
        gl.glClearBufferuiv(gl.GL_COLOR, 0, np.zeros(4, dtype=np.uint32))
        model.draw(0, len(model.shape.faces))
        raw = np.empty((size[1], size[0], 1 if channels == 1 else CHANNELS), dtype=np.uint32)
        gl.glReadPixels(0, 0, *size, order, gl.GL_UNSIGNED_INT, raw)
        return raw[..., :channels]

    def _bind(self, groups: npt.NDArray[np.integer[Any]]) -> None:
        """Upload the group of each geom, where it is not there yet."""
        gl = self._gl
        values = np.zeros((len(groups), 4), dtype=np.float32)
        values[:, 0] = groups
        raw = values.tobytes()
        if self._numbers is None or self._numbers[0] != raw:
            if self._numbers is not None:
                gl.glDeleteTextures([self._numbers[1]])
                gl.glDeleteBuffers(1, [self._numbers[2]])
            self._numbers = (raw, *float_texture(gl, _NUMBERS, values))
        gl.glActiveTexture(gl.GL_TEXTURE0 + _NUMBERS)
        gl.glBindTexture(gl.GL_TEXTURE_BUFFER, self._numbers[1])
        self._program.whole("groups", _NUMBERS)
