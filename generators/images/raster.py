"""MuJoCo's own rasteriser, off screen through EGL: fast on a CPU, exact labels.

The picture is drawn at twice its size and averaged (the cost lies in vertices, not pixels), so
edges, textures and shadows are smooth. The truth is drawn at its own size without any blending:
each pixel's id and depth are those of the surface through its centre.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

import mujoco
import numpy as np
from PIL import Image

from ...scenes.geometry import rotation
from ...scenes.mujoco_model import CompiledScene
from ...schemas import CameraParams, RenderError
from .lighting import SHEEN, lamps
from .view import Rgb, Truth

NEAR, FAR = 0.01, 60.0
"""Clipping planes, metres. Depth is a reversed 32-bit float: precise at any distance."""
SUPERSAMPLE = 2
SHADOW_PIXELS = 1024
SHADOW_RADIUS = 1.0
"""Half the width of what casts shadows, about the middle of the support, metres."""
LAMP_DISTANCE = 4.0
"""From the middle of the support to where a directional lamp's shadow map starts, metres."""
SLICES, STACKS = 32, 16
"""Tessellation of round primitives: 0.5% of the radius at most."""
KEPT_MODELS = 3
EGL_HINT = (
    "off-screen rendering needs EGL; on Debian or Ubuntu: "
    "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
)

_SHADOW = mujoco.mjtRndFlag.mjRND_SHADOW
_SEGMENT = mujoco.mjtRndFlag.mjRND_SEGMENT
_IDCOLOR = mujoco.mjtRndFlag.mjRND_IDCOLOR
_GEOMS = int(mujoco.mjtCatBit.mjCAT_STATIC) | int(mujoco.mjtCatBit.mjCAT_DYNAMIC)


def open_gl() -> Any:
    """A current OpenGL context of this thread.

    Raises:
        RenderError: where EGL is missing; the message names the packages.
    """
    os.environ.setdefault("LP_NUM_THREADS", "0")  # one process per core; no pool besides
    os.environ.setdefault("MUJOCO_GL", "egl")
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        from mujoco import egl

        context = egl.GLContext(64, 64)
        context.make_current()
    except (ImportError, AttributeError, OSError, RuntimeError) as error:
        raise RenderError(f"{EGL_HINT} ({error})") from error
    return context


class _Canvas:
    """The buffers of one model: its meshes and textures on the GL side, and its scene."""

    def __init__(self, model: Any, width: int, height: int) -> None:
        self.model = model
        quality = model.vis.quality
        quality.offsamples, quality.shadowsize = 0, SHADOW_PIXELS
        quality.numslices, quality.numstacks, quality.numquads = SLICES, STACKS, 1
        model.vis.map.shadowclip = SHADOW_RADIUS / model.stat.extent
        model.vis.global_.offwidth, model.vis.global_.offheight = width, height
        self.context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self.context)
        self.context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self.scene = mujoco.MjvScene(model, maxgeom=model.ngeom + 8)
        self.geoms = self.scene.geoms
        self.lights = self.scene.lights
        self.option = mujoco.MjvOption()
        self.option.geomgroup[:] = 1
        self.free_camera = mujoco.MjvCamera()
        self.walls: list[Any] = []
        self.lookup = np.zeros(0, dtype=np.int32)

    def index(self) -> None:
        """Which geom each place in the scene shows; it never changes for a model."""
        shown = self.geoms[: self.scene.ngeom]
        self.lookup = np.array([0, *(geom.objid + 1 for geom in shown)], dtype=np.int32)
        plane = int(mujoco.mjtGeom.mjGEOM_PLANE)
        self.walls = [geom for geom in shown if geom.type == plane]

    def fits(self, width: int, height: int) -> bool:
        return self.context.offWidth >= width and self.context.offHeight >= height

    def close(self) -> None:
        self.context.free()


class MujocoRenderer:
    """The fast renderer. Contexts of the last few models are kept."""

    def __init__(self) -> None:
        """Open the GL context.

        Raises:
            RenderError: where EGL is missing.
        """
        self._gl = open_gl()
        self._kept: OrderedDict[int, _Canvas] = OrderedDict()

    def colour(
        self, world: CompiledScene, data: Any, camera: CameraParams, *, shadows: bool
    ) -> Rgb:
        """See `Renderer`."""
        size = (camera.width * SUPERSAMPLE, camera.height * SUPERSAMPLE)
        canvas = self._canvas(world.model, *size)
        self._update(canvas, data, camera)
        _light(canvas, world)
        flags = canvas.scene.flags
        flags[_SHADOW], flags[_SEGMENT], flags[_IDCOLOR] = shadows, False, False
        raw = np.empty((size[1], size[0], 3), dtype=np.uint8)
        area = mujoco.MjrRect(0, 0, *size)
        mujoco.mjr_render(area, canvas.scene, canvas.context)
        mujoco.mjr_readPixels(raw, None, area, canvas.context)
        small = Image.frombuffer("RGB", size, raw, "raw", "RGB", 0, 1).reduce(SUPERSAMPLE)
        return np.ascontiguousarray(np.asarray(small)[::-1])

    def truth(self, world: CompiledScene, data: Any, camera: CameraParams) -> Truth:
        """See `Renderer`."""
        size = (camera.width, camera.height)
        canvas = self._canvas(world.model, size[0] * SUPERSAMPLE, size[1] * SUPERSAMPLE)
        self._update(canvas, data, camera)
        flags = canvas.scene.flags
        flags[_SHADOW], flags[_SEGMENT], flags[_IDCOLOR] = False, True, True
        raw = np.empty((size[1], size[0], 3), dtype=np.uint8)
        inverse = np.empty((size[1], size[0]), dtype=np.float32)
        area = mujoco.MjrRect(0, 0, *size)
        mujoco.mjr_render(area, canvas.scene, canvas.context)
        mujoco.mjr_readPixels(raw, inverse, area, canvas.context)
        segments = raw[::-1, :, 0].astype(np.int32)
        segments |= raw[::-1, :, 1].astype(np.int32) << 8
        geoms = canvas.lookup[segments]
        depth = (NEAR * FAR) / (NEAR + inverse[::-1] * np.float32(FAR - NEAR))
        return Truth(depth=np.where(geoms > 0, depth, np.float32(0)), geoms=geoms)

    def _canvas(self, model: Any, width: int, height: int) -> _Canvas:
        self._gl.make_current()
        canvas = self._kept.pop(id(model), None)
        if canvas is not None and not canvas.fits(width, height):
            mujoco.mjr_resizeOffscreen(width, height, canvas.context)
        if canvas is None:
            canvas = _Canvas(model, width, height)
        self._kept[id(model)] = canvas
        while len(self._kept) > KEPT_MODELS:
            self._kept.popitem(last=False)[1].close()
        return canvas

    def _update(self, canvas: _Canvas, data: Any, camera: CameraParams) -> None:
        scene = canvas.scene
        mujoco.mjv_updateScene(
            canvas.model, data, canvas.option, None, canvas.free_camera, _GEOMS, scene
        )
        if len(canvas.lookup) != scene.ngeom + 1:
            canvas.index()
        _aim(scene, camera)
        for wall in canvas.walls:
            _prepare_wall(wall, camera)


def _aim(scene: Any, camera: CameraParams) -> None:
    axes = rotation(camera.quat)
    for view in scene.camera:
        view.pos[:] = camera.pos
        view.forward[:] = axes[:, 2]
        view.up[:] = -axes[:, 1]
        view.frustum_near, view.frustum_far = NEAR, FAR
        view.frustum_top = NEAR * camera.cy / camera.fy
        view.frustum_bottom = -NEAR * (camera.height - camera.cy) / camera.fy
        view.frustum_width = 0.5 * NEAR * camera.width / camera.fx
        view.frustum_center = NEAR * (0.5 * camera.width - camera.cx) / camera.fx
        view.orthographic = 0


def _prepare_wall(wall: Any, camera: CameraParams) -> None:
    """Planes cast no shadow (lamps stand outside the room) and are open from behind."""
    wall.category = int(mujoco.mjtCatBit.mjCAT_DECOR)
    if (np.asarray(camera.pos) - wall.pos) @ wall.mat[:, 2] < 0:
        wall.rgba[3] = 0.0
        wall.segid = -1


def _light(canvas: _Canvas, world: CompiledScene) -> None:
    support = world.scene.object(world.scene.support)
    x, y, _ = support.pos
    top = support.pos[2] + world.asset_of(support.name).extents[2]
    for light, lamp in zip(canvas.lights, lamps(world.scene), strict=False):
        light.type = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL
        light.pos[:] = np.array([x, y, top]) - LAMP_DISTANCE * lamp.direction
        light.dir[:] = lamp.direction
        light.attenuation[:] = (1, 0, 0)
        light.cutoff, light.exponent = 45.0, 0.0
        light.diffuse[:], light.ambient[:] = lamp.diffuse, lamp.ambient
        light.specular[:] = SHEEN * lamp.diffuse if lamp.shadow else np.zeros(3)
        light.headlight, light.castshadow = 0, lamp.shadow
    canvas.scene.nlight = len(world.scene.lights) + 2
