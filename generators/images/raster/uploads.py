"""A visual model on the graphics side: its triangles, poses, colours and textures."""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt
from PIL import Image

from ....scenes.model.decor import FIRST_WORDS, is_pane
from ....scenes.model.mujoco_model import ROBOT_PREFIX
from ....scenes.model.pictures import laid, texture_pixels
from ..camera.view import World
from ..light.lighting import SHEEN
from .gl import float_texture, image_array
from .glow import glows_of, shining
from .triangles import Kind, Triangles, colours, metallic, pictures, texture_of, triangles

POSES, LOOKS, TEXTURES, SHADOWS, AROUND, PICTURES = 0, 1, 2, 3, 5, 6
"""Texture units."""
MOST_TEXELS = 32 * 1024 * 1024
"""Texels of all pictures of a scene; where they are more, all of them are shown smaller."""

KEPT_CASTERS = 12
"""Lists of faces that throw shadows; each shadow map has its own."""


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
        layers = _Layers(model)
        self._textures = [image_array(gl, layers.patterns())]
        self._looks = _looks(model, layers)
        self._steady = self._looks[:, 2, :3].copy()
        self.kind = Kind(bool(metallic(model).any()), bool(layers.pictured))
        """What all of it needs: whether anything mirrors what is around, or shows a picture."""
        looks, looks_buffer = float_texture(gl, LOOKS, self._looks.reshape(-1, 4))
        poses, poses_buffer = float_texture(gl, POSES, self.rows.reshape(-1, 4))
        self._textures += [looks, poses]
        if layers.pictured:
            self._textures.append(image_array(gl, layers.pictures()))
        self._buffers += [looks_buffer, poses_buffer]
        self.radii = np.asarray(model.geom_rbound)
        """(ngeom,) of balls about the geoms' frames that hold them, metres; 0 for planes."""
        self.arm = np.array(
            [model.body(body).name.startswith(ROBOT_PREFIX) for body in model.geom_bodyid], np.bool_
        )
        """(ngeom,) whether each is the robot's."""
        self.walls = _walls_behind(model)
        """(ngeom, 3) for decor, unit vectors into the room from the wall that it is on; else 0."""
        self.windows = _windows(model)
        """(W, 3) unit vectors into the room of its windows; None where there are none."""
        self._casters: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

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
        if self.kind.pictured:
            gl.glActiveTexture(gl.GL_TEXTURE0 + PICTURES)
            gl.glBindTexture(gl.GL_TEXTURE_2D_ARRAY, self._textures[3])

    def _shine(self, data: Any) -> None:
        """Tell the graphics side what is on, where that has changed."""
        gl = self._gl
        if not self._glows:
            return
        added = self._steady + shining(self._glows, data, self.model.ngeom)
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

    def cast(self, chosen: npt.NDArray[np.bool_]) -> None:
        """Draw the opaque faces of some geoms, but no planes.

        Args:
            chosen: (ngeom,) which of them.
        """
        gl = self._gl
        key = chosen.tobytes()
        if key not in self._casters:
            solid = self.shape.faces[: self.shape.solid]
            faces = np.ascontiguousarray(solid[chosen[self.shape.vertices["geom"][solid[:, 0]]]])
            buffer = int(gl.glGenBuffers(1))
            gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, buffer)
            gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, faces.nbytes, faces, gl.GL_STATIC_DRAW)
            self._casters[key] = (buffer, len(faces))
        buffer, count = self._casters[key]
        self._casters.move_to_end(key)
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, buffer)
        if count:
            self.draw(0, count)
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, self._buffers[1])
        while len(self._casters) > KEPT_CASTERS:
            gl.glDeleteBuffers(1, [self._casters.popitem(last=False)[1][0]])

    def close(self) -> None:
        """Free everything on the graphics side."""
        gl = self._gl
        casters = [buffer for buffer, _ in self._casters.values()]
        if casters:
            gl.glDeleteBuffers(len(casters), casters)
        gl.glDeleteVertexArrays(1, [self._array])
        gl.glDeleteTextures(self._textures)
        gl.glDeleteBuffers(len(self._buffers), self._buffers)


class _Layers:
    """Which layer of which array of images each texture of a model is."""

    def __init__(self, model: Any) -> None:
        self._model = model
        lying = [laid(model, texture) for texture in range(model.ntex)]
        self.plain = [number for number, one in enumerate(lying) if one is None]
        """Textures with patterns; the place of each is its layer."""
        self.pictured = [number for number, one in enumerate(lying) if one is not None]
        """Textures with pictures, likewise."""

    def code(self, texture: int) -> float:
        """Of a texture, for shaders: its layer; -2 less it for a picture; -1 for none."""
        if texture < 0:
            return -1.0
        if texture in self.pictured:
            return -2.0 - self.pictured.index(texture)
        return float(self.plain.index(texture))

    def patterns(self) -> list[npt.NDArray[np.uint8]]:
        """Those with patterns, all brought to the size of the largest."""
        size = self._size(self.plain)
        images = (Image.fromarray(self._pixels(number)[..., :3]) for number in self.plain)
        return [np.asarray(x.resize((size, size)) if x.size != (size, size) else x) for x in images]

    def pictures(self) -> list[npt.NDArray[np.uint8]]:
        """The pictures, with alpha, all brought to the size of the largest, or less."""
        size = self._size(self.pictured)
        while size > 1 and size * size * len(self.pictured) > MOST_TEXELS:
            size //= 2
        found: list[npt.NDArray[np.uint8]] = []
        for number in self.pictured:
            image = Image.fromarray(self._pixels(number)).convert("RGBA")
            if image.size != (size, size):
                image = image.resize((size, size), Image.Resampling.BILINEAR)
            found.append(np.asarray(image))
        return found

    def _pixels(self, number: int) -> npt.NDArray[np.uint8]:
        return texture_pixels(self._model, number)

    def _size(self, numbers: list[int]) -> int:
        """The least power of two that no side of them exceeds."""
        model = self._model
        sides = [int(max(model.tex_width[k], model.tex_height[k])) for k in numbers]
        return 1 << (max(sides, default=1) - 1).bit_length()


def _walls_behind(model: Any) -> npt.NDArray[np.float64]:
    """(ngeom, 3): of all parts of a thing, the way into the room of the first that is no sheet."""
    found, known = np.zeros((model.ngeom, 3)), dict[str, npt.NDArray[np.float64]]()
    for geom in np.flatnonzero(np.asarray(model.geom_bodyid) == 0):
        word, _, rest = model.geom(geom).name.partition("_")
        if word in FIRST_WORDS and model.geom_type[geom] != mujoco.mjtGeom.mjGEOM_PLANE:
            turn = np.zeros(9)
            mujoco.mju_quat2Mat(turn, model.geom_quat[geom])
            thing = f"{word} {rest.partition('_')[0]}"
            found[geom] = known.setdefault(thing, turn.reshape(3, 3)[:, 1])
    return found


def _windows(model: Any) -> npt.NDArray[np.float64] | None:
    panes = [geom for geom in range(model.ngeom) if is_pane(model.geom(geom).name)]
    turns = np.zeros((len(panes), 9))
    for turn, geom in zip(turns, panes, strict=True):
        mujoco.mju_quat2Mat(turn, model.geom_quat[geom])
    return np.rint(turns.reshape(-1, 3, 3)[:, :, 2]) if panes else None


def _looks(model: Any, layers: _Layers) -> npt.NDArray[np.float32]:
    """(ngeom, 3, 4): colour; layer, gloss, its exponent, and metal; glow, and how a picture lies.

    The layer is that of `_Layers.code`, the last that of `Laid.number`. Metal holds how metallic it
    is, in 255ths, before its point, and roughness behind it. The glow is that of things that are
    off: of what shines always alone.
    """
    looks = np.zeros((model.ngeom, 3, 4), dtype=np.float32)
    looks[:, 0] = colours(model)
    looks[:, 2, 3] = [0 if one is None else one.number for one in pictures(model)]
    for geom, material in enumerate(model.geom_matid):
        specular = model.mat_specular[material] if material >= 0 else 0.5
        shininess = model.mat_shininess[material] if material >= 0 else 0.5
        if material >= 0:
            looks[geom, 2, :3] = model.mat_emission[material] * model.mat_rgba[material, :3]
        metallic = max(model.mat_metallic[material], 0.0) if material >= 0 else 0.0
        roughness = max(model.mat_roughness[material], 0.0) if material >= 0 else 0.0
        looks[geom, 1] = (
            layers.code(texture_of(model, geom)), SHEEN * specular, max(4.0, 128.0 * shininess),
            np.rint(255 * metallic) + 0.99 * min(roughness, 1.0),
        )  # fmt: skip
    return looks
