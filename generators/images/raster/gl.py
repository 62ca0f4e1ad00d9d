"""A few of OpenGL's objects, with their lifetimes: context, programs, buffers, frames."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ....schemas import RenderError
from ....schemas.errors import one_line

EGL_HINT = (
    "off-screen rendering needs EGL; on Debian or Ubuntu: "
    "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
)

LEAST_MEMORY = 2_000_000_000
"""Bytes of address space with which EGL starts for certain."""


def open_gl() -> tuple[Any, Any]:
    """A current OpenGL context of this thread, and the functions of OpenGL.

    Raises:
        RenderError: where EGL or memory is missing; the message names the packages or the limit.
    """
    # One process per core draws: Mesa's own pool of threads would only get in the way.
    os.environ.setdefault("LP_NUM_THREADS", "0")
    os.environ.setdefault("MUJOCO_GL", "egl")
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        from mujoco import egl
        from OpenGL import GL  # type: ignore[import-untyped]

        context = egl.GLContext(64, 64)
        context.make_current()
    except (ImportError, AttributeError, MemoryError, OSError, RuntimeError) as error:
        raise RenderError(f"{_hint()} ({one_line(error)})") from error
    return context, GL


def _hint() -> str:
    """The lack that stops off-screen rendering: memory, where a limit leaves too little, or EGL."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed == resource.RLIM_INFINITY or allowed >= LEAST_MEMORY:
        return EGL_HINT
    return (
        f"off-screen rendering finds too little memory: this process may use {allowed / 1e9:.2g} "
        f"GB; raise `ulimit -v` to {LEAST_MEMORY // 1024} or more"
    )


class Program:
    """A linked pair of shaders, and where its uniforms are."""

    def __init__(self, gl: Any, vertex: str, fragment: str) -> None:
        """Compile and link.

        Raises:
            RenderError: with the driver's log.
        """
        self._gl = gl
        self.id: int = gl.glCreateProgram()
        for kind, source in ((gl.GL_VERTEX_SHADER, vertex), (gl.GL_FRAGMENT_SHADER, fragment)):
            shader = gl.glCreateShader(kind)
            gl.glShaderSource(shader, source)
            gl.glCompileShader(shader)
            if not gl.glGetShaderiv(shader, gl.GL_COMPILE_STATUS):
                raise RenderError(f"a shader does not compile: {gl.glGetShaderInfoLog(shader)}")
            gl.glAttachShader(self.id, shader)
            gl.glDeleteShader(shader)
        gl.glLinkProgram(self.id)
        if not gl.glGetProgramiv(self.id, gl.GL_LINK_STATUS):
            raise RenderError(f"shaders do not link: {gl.glGetProgramInfoLog(self.id)}")
        self._places: dict[str, int] = {}

    def use(self) -> None:
        """Draw with it from now on."""
        self._gl.glUseProgram(self.id)

    def place(self, name: str) -> int:
        """Location of a uniform."""
        if name not in self._places:
            self._places[name] = self._gl.glGetUniformLocation(self.id, name)
        return self._places[name]

    def matrices(self, name: str, value: npt.NDArray[Any]) -> None:
        """Set matrices, (4, 4) or (K, 4, 4)."""
        flat = np.ascontiguousarray(value, dtype=np.float32).reshape(-1, 4, 4)
        self._gl.glUniformMatrix4fv(self.place(name), len(flat), True, flat)

    def vectors(self, name: str, value: npt.NDArray[Any]) -> None:
        """Set vectors, (3,) or (K, 3)."""
        flat = np.ascontiguousarray(value, dtype=np.float32).reshape(-1, 3)
        self._gl.glUniform3fv(self.place(name), len(flat), flat)

    def pair(self, name: str, value: tuple[float, float]) -> None:
        """Set a vec2."""
        self._gl.glUniform2f(self.place(name), *value)

    def pairs(self, name: str, value: npt.NDArray[Any]) -> None:
        """Set vec2s, (K, 2)."""
        flat = np.ascontiguousarray(value, dtype=np.float32)
        self._gl.glUniform2fv(self.place(name), len(flat), flat)

    def quadruples(self, name: str, value: npt.NDArray[Any]) -> None:
        """Set vec4s, (K, 4)."""
        flat = np.ascontiguousarray(value, dtype=np.float32)
        self._gl.glUniform4fv(self.place(name), len(flat), flat)

    def quadruple(self, name: str, value: tuple[float, float, float, float]) -> None:
        """Set a vec4."""
        self._gl.glUniform4f(self.place(name), *value)

    def number(self, name: str, value: float) -> None:
        """Set a float."""
        self._gl.glUniform1f(self.place(name), value)

    def whole(self, name: str, value: int) -> None:
        """Set an integer, a flag, or a sampler's unit."""
        self._gl.glUniform1i(self.place(name), value)


@dataclass(frozen=True)
class Frame:
    """Something to draw into: colours, one format each, and a depth buffer."""

    id: int
    width: int
    height: int
    parts: tuple[int, ...] = field(default=())

    @classmethod
    def make(cls, gl: Any, width: int, height: int, *colours: int, sampled: bool = False) -> Frame:
        """A frame of that size and internal colour formats.

        Args:
            gl: OpenGL's functions.
            width: pixels.
            height: pixels.
            colours: internal formats.
            sampled: shaders read its parts, which are textures then.
        """
        frame = int(gl.glGenFramebuffers(1))
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, frame)
        places = [int(gl.GL_COLOR_ATTACHMENT0) + number for number in range(len(colours))]
        wanted = (
            *zip(places, colours, strict=True),
            (gl.GL_DEPTH_ATTACHMENT, gl.GL_DEPTH_COMPONENT32F),
        )
        make = _texture_part if sampled else _buffer_part
        parts = tuple(make(gl, width, height, attachment, kind) for attachment, kind in wanted)
        gl.glDrawBuffers(len(places), places)
        if gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER) != gl.GL_FRAMEBUFFER_COMPLETE:
            raise RenderError(f"this driver cannot draw into {width} x {height} pixels")
        return cls(frame, width, height, parts)


def _buffer_part(gl: Any, width: int, height: int, attachment: int, kind: int) -> int:
    part = int(gl.glGenRenderbuffers(1))
    gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, part)
    gl.glRenderbufferStorage(gl.GL_RENDERBUFFER, kind, width, height)
    gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, attachment, gl.GL_RENDERBUFFER, part)
    return part


def _texture_part(gl: Any, width: int, height: int, attachment: int, kind: int) -> int:
    part, target = int(gl.glGenTextures(1)), gl.GL_TEXTURE_2D
    deep = attachment == gl.GL_DEPTH_ATTACHMENT
    gl.glActiveTexture(gl.GL_TEXTURE0)
    gl.glBindTexture(target, part)
    layout, numbers = (gl.GL_DEPTH_COMPONENT, gl.GL_FLOAT), (gl.GL_RGBA, gl.GL_UNSIGNED_BYTE)
    gl.glTexImage2D(target, 0, kind, width, height, 0, *(layout if deep else numbers), None)
    smooth = gl.GL_NEAREST if deep else gl.GL_LINEAR
    gl.glTexParameteri(target, gl.GL_TEXTURE_MIN_FILTER, smooth)
    gl.glTexParameteri(target, gl.GL_TEXTURE_MAG_FILTER, smooth)
    gl.glTexParameteri(target, gl.GL_TEXTURE_MAX_LEVEL, 0)
    gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, attachment, target, part, 0)
    return part


def float_texture(gl: Any, unit: int, values: npt.NDArray[np.float32]) -> tuple[int, int]:
    """A buffer of vec4 that shaders read on a texture unit; its texture and buffer."""
    buffer, texture = int(gl.glGenBuffers(1)), int(gl.glGenTextures(1))
    gl.glBindBuffer(gl.GL_TEXTURE_BUFFER, buffer)
    gl.glBufferData(gl.GL_TEXTURE_BUFFER, values.nbytes, values, gl.GL_DYNAMIC_DRAW)
    gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
    gl.glBindTexture(gl.GL_TEXTURE_BUFFER, texture)
    gl.glTexBuffer(gl.GL_TEXTURE_BUFFER, gl.GL_RGBA32F, buffer)
    return texture, buffer


def image_array(gl: Any, images: list[npt.NDArray[np.uint8]]) -> int:
    """Pictures as layers of a texture with mipmaps; row 0 is at t = 0.

    Args:
        gl: OpenGL's functions.
        images: (S, S, 3) each, or (S, S, 4), S one power of two.
    """
    texture = int(gl.glGenTextures(1))
    gl.glBindTexture(gl.GL_TEXTURE_2D_ARRAY, texture)
    stack = np.stack(images) if images else np.full((1, 1, 1, 3), 255, dtype=np.uint8)
    level, channels = 0, stack.shape[3]
    kept, given = (gl.GL_RGB8, gl.GL_RGB) if channels == 3 else (gl.GL_RGBA8, gl.GL_RGBA)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    while True:
        layers, height, width, _ = stack.shape
        gl.glTexImage3D(
            gl.GL_TEXTURE_2D_ARRAY, level, kept, width, height, layers, 0, given,
            gl.GL_UNSIGNED_BYTE, np.ascontiguousarray(stack),
        )  # fmt: skip
        if min(width, height) == 1:
            break
        # Layers one below the other are one picture: its halves never mix two layers.
        tall = Image.fromarray(stack.reshape(layers * height, width, channels)).reduce(2)
        stack = np.asarray(tall).reshape(layers, height // 2, width // 2, channels)
        level += 1
    target = gl.GL_TEXTURE_2D_ARRAY
    gl.glTexParameteri(target, gl.GL_TEXTURE_MAX_LEVEL, level)
    gl.glTexParameteri(target, gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR_MIPMAP_NEAREST)
    gl.glTexParameteri(target, gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR)
    return texture


def shadow_array(gl: Any, pixels: int, layers: int) -> tuple[int, tuple[int, ...]]:
    """Depth maps that compare when read: the texture, and a frame for each layer."""
    target = gl.GL_TEXTURE_2D_ARRAY
    texture = int(gl.glGenTextures(1))
    gl.glBindTexture(target, texture)
    gl.glTexImage3D(
        target, 0, gl.GL_DEPTH_COMPONENT32F, pixels, pixels, layers, 0,
        gl.GL_DEPTH_COMPONENT, gl.GL_FLOAT, None,
    )  # fmt: skip
    for name, value in (
        (gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR),
        (gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR),
        (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_BORDER),
        (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_BORDER),
        (gl.GL_TEXTURE_COMPARE_MODE, gl.GL_COMPARE_REF_TO_TEXTURE),
        (gl.GL_TEXTURE_COMPARE_FUNC, gl.GL_GEQUAL),
    ):
        gl.glTexParameteri(target, name, value)
    gl.glTexParameterfv(target, gl.GL_TEXTURE_BORDER_COLOR, np.zeros(4, dtype=np.float32))
    frames: list[int] = []
    for layer in range(layers):
        frame = int(gl.glGenFramebuffers(1))
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, frame)
        gl.glFramebufferTextureLayer(gl.GL_FRAMEBUFFER, gl.GL_DEPTH_ATTACHMENT, texture, 0, layer)
        gl.glDrawBuffer(gl.GL_NONE)
        gl.glReadBuffer(gl.GL_NONE)
        frames.append(frame)
    return texture, tuple(frames)
