"""A visual model on the graphics side: its triangles, poses, colours and textures."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..camera.view import World
from ..light.lighting import SHEEN
from .gl import float_texture, image_array
from .glow import glows_of, shining
from .triangles import Triangles, colours, metallic, texture_of, triangles

POSES, LOOKS, TEXTURES, SHADOWS, AROUND = 0, 1, 2, 3, 5
"""Texture units."""


class Uploaded:
    """A visual model on the graphics side."""

    def __init__(self, gl: Any, world: World) -> None:
        """Upload; the context must be current, here and in all calls."""
        model = world.model
        self._gl, self.model = gl, model
        self._glows = glows_of(world)
        self.shape: Triangles = triangles(model)
        self.rows = np.zeros((model.ngeom, 3, 4), dtype=np.float32)
        self._array = int(gl.glGenVertexArrays(1))
        gl.glBindVertexArray(self._array)
        self._buffers = [int(name) for name in gl.glGenBuffers(2)]
        vertices, faces = self.shape.vertices, self.shape.faces
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffers[0])
        raw = vertices.view(np.uint8)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, raw.nbytes, raw, gl.GL_STATIC_DRAW)
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, self._buffers[1])
        gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, faces.nbytes, faces, gl.GL_STATIC_DRAW)
        self._attributes(vertices.dtype)
        self._textures = [image_array(gl, _pictures(model))]
        self._looks = _looks(model)
        self.metal = bool(metallic(model).any())
        """Whether anything mirrors what is around."""
        looks, looks_buffer = float_texture(gl, LOOKS, self._looks.reshape(-1, 4))
        poses, poses_buffer = float_texture(gl, POSES, self.rows.reshape(-1, 4))
        self._textures += [looks, poses]
        self._buffers += [looks_buffer, poses_buffer]

    def _attributes(self, layout: Any) -> None:
        gl = self._gl
        for place, (name, count) in enumerate((("point", 3), ("normal", 3), ("uv", 2))):
            offset = ctypes.c_void_p(layout.fields[name][1])
            gl.glVertexAttribPointer(place, count, gl.GL_FLOAT, False, layout.itemsize, offset)
            gl.glEnableVertexAttribArray(place)
        offset = ctypes.c_void_p(layout.fields["geom"][1])
        gl.glVertexAttribIPointer(3, 1, gl.GL_UNSIGNED_INT, layout.itemsize, offset)
        gl.glEnableVertexAttribArray(3)

    def bind(self, data: Any) -> None:
        """Take the poses of the geoms and what shines, and draw this model from now on."""
        gl = self._gl
        self._shine(data)
        self.rows[:, :, :3] = data.geom_xmat.reshape(-1, 3, 3)
        self.rows[:, :, 3] = data.geom_xpos
        gl.glBindVertexArray(self._array)
        gl.glBindBuffer(gl.GL_TEXTURE_BUFFER, self._buffers[3])
        gl.glBufferSubData(gl.GL_TEXTURE_BUFFER, 0, self.rows.nbytes, self.rows)
        for unit, target, name in (
            (POSES, gl.GL_TEXTURE_BUFFER, self._textures[2]),
            (LOOKS, gl.GL_TEXTURE_BUFFER, self._textures[1]),
            (TEXTURES, gl.GL_TEXTURE_2D_ARRAY, self._textures[0]),
        ):
            gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
            gl.glBindTexture(target, name)

    def _shine(self, data: Any) -> None:
        """Tell the graphics side what is on, where that has changed."""
        gl = self._gl
        if not self._glows:
            return
        added = shining(self._glows, data, self.model.ngeom)
        if np.array_equal(added, self._looks[:, 2, :3]):
            return
        self._looks[:, 2, :3] = added
        gl.glBindBuffer(gl.GL_TEXTURE_BUFFER, self._buffers[2])
        gl.glBufferSubData(gl.GL_TEXTURE_BUFFER, 0, self._looks.nbytes, self._looks)

    def draw(self, first: int, count: int) -> None:
        """Draw a run of faces."""
        gl = self._gl
        start = ctypes.c_void_p(12 * first)
        gl.glDrawElements(gl.GL_TRIANGLES, 3 * count, gl.GL_UNSIGNED_INT, start)

    def close(self) -> None:
        """Free everything on the graphics side."""
        gl = self._gl
        gl.glDeleteVertexArrays(1, [self._array])
        gl.glDeleteTextures(self._textures)
        gl.glDeleteBuffers(len(self._buffers), self._buffers)


def _looks(model: Any) -> npt.NDArray[np.float32]:
    """(ngeom, 3, 4): colour; then texture layer or -1, gloss, its exponent, and metal; then glow.

    Metal holds how metallic it is, in 255ths, before its point, and roughness behind it. The glow
    is that of things that are off, none.
    """
    looks = np.zeros((model.ngeom, 3, 4), dtype=np.float32)
    looks[:, 0] = colours(model)
    for geom, material in enumerate(model.geom_matid):
        specular = model.mat_specular[material] if material >= 0 else 0.5
        shininess = model.mat_shininess[material] if material >= 0 else 0.5
        metallic = max(model.mat_metallic[material], 0.0) if material >= 0 else 0.0
        roughness = max(model.mat_roughness[material], 0.0) if material >= 0 else 0.0
        looks[geom, 1] = (
            texture_of(model, geom), SHEEN * specular, max(4.0, 128.0 * shininess),
            np.rint(255 * metallic) + 0.99 * min(roughness, 1.0),
        )  # fmt: skip
    return looks


def _pictures(model: Any) -> list[npt.NDArray[np.uint8]]:
    """The model's textures, all brought to the size of the largest."""
    found: list[npt.NDArray[np.uint8]] = []
    sizes = [int(max(w, h)) for w, h in zip(model.tex_width, model.tex_height, strict=True)]
    size = 1 << (max(sizes, default=1) - 1).bit_length()
    for texture in range(model.ntex):
        shape = (model.tex_height[texture], model.tex_width[texture], model.tex_nchannel[texture])
        start = model.tex_adr[texture]
        pixels = np.asarray(model.tex_data[start : start + int(np.prod(shape))]).reshape(shape)
        image = Image.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
        found.append(
            np.asarray(image.resize((size, size)) if image.size != (size, size) else image)
        )
    return found
