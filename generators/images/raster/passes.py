"""The fast renderer: MuJoCo's visual model through OpenGL, off screen, on any CPU.

One call draws all opaque geoms, so a view takes three passes over the triangles: shadow map,
picture, truth. The picture is drawn at twice its size and averaged (resolving.py), so edges,
textures and shadows are smooth. The truth is drawn at its own size without blending: each pixel's
id and depth are those of the surface through its centre. Depth buffers are reversed 32-bit floats.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ....schemas import CameraParams, Scene
from ..camera.view import GBuffer, Rgb, World
from .around import Around
from .colour_shaders import colour_sources
from .finish import FAST, Finish
from .gl import Frame, Program, open_gl
from .illumination import MAX_LAMPS, Illumination, illumination
from .occlusion import occluded
from .projections import NEAR, clip_from_world
from .resolving import Resolve
from .shaders import (
    NORMAL_FRAGMENT,
    TRUTH_FRAGMENT,
    TRUTH_VERTEX,
)
from .shadow_maps import ShadowMaps
from .shadow_views import ShadowViews
from .silhouettes import CoverPass, Words
from .triangles import Kind
from .uploads import AROUND, LOOKS, PICTURES, POSES, SHADOWS, TEXTURES, Uploaded

SUPERSAMPLE = 2
LEAST_EDGE = 1.5
"""Least half of the width of a shadow's soft edge, pixels of the shadow map."""
LIFT = 0.0005
"""How far before itself along the light a point looks up a shadow map at least, metres."""
KEPT_MODELS = 3


class MujocoRenderer:
    """Draws worlds that `compile_model` made with visual detail; keeps the last few models."""

    def __init__(self, finish: Finish = FAST) -> None:
        """Open the graphics context.

        Args:
            finish: how much work goes into pictures.

        Raises:
            RenderError: where EGL is missing.
        """
        self._finish = finish
        self._context, self._gl = open_gl()
        gl = self._gl
        self._truth = Program(gl, TRUTH_VERTEX, TRUTH_FRAGMENT)
        self._faced = Program(gl, TRUTH_VERTEX, NORMAL_FRAGMENT)
        self._cover = CoverPass(gl)
        self._around = Around(gl)
        self._resolve = Resolve(gl)
        self._colour: dict[tuple[int, Kind], Program] = {}
        self._frames: dict[tuple[int, ...], Frame] = {}
        self._models: OrderedDict[int, Uploaded] = OrderedDict()
        self._lights: tuple[Uploaded, Scene, Illumination] | None = None
        self._told: dict[Program, tuple[Illumination, bool, int]] = {}
        self._maps: dict[int, ShadowMaps] = {}
        gl.glClipControl(gl.GL_LOWER_LEFT, gl.GL_ZERO_TO_ONE)
        gl.glEnable(gl.GL_DEPTH_TEST)
        gl.glDepthFunc(gl.GL_GREATER)
        gl.glClearDepth(0.0)
        gl.glClearColor(0.0, 0.0, 0.0, 0.0)
        gl.glEnable(gl.GL_CULL_FACE)
        # Cameras' y points down, so that row 0 is the top: that turns outlines around.
        gl.glFrontFace(gl.GL_CW)
        gl.glBlendFunc(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`."""
        gl = self._gl
        model = self._model(world, data)
        light = self._light(world, model)
        maps = self._shadow_maps(self._finish.map_pixels(camera))
        maps.draw(model, light.shadows if shadows else (), light.above)
        size = (camera.width * SUPERSAMPLE, camera.height * SUPERSAMPLE)
        samples = self._begin(*size, gl.GL_RGBA8, gl.GL_RGBA8, sampled=True)
        if light.around is not None:
            self._around.show(light.around)
            if world.scene.sky is not None:
                gl.glColorMaski(1, False, False, False, False)
                self._around.draw(camera, light.around)
                gl.glColorMaski(1, True, True, True, True)
                model.bind(data)
        programs = {
            kind: self._lit(light, camera, shadows=shadows, kind=kind)
            for kind in {model.kind, *(run.kind for run in model.shape.opaque)}
        }
        for run in model.shape.opaque:
            programs[run.kind].use()
            model.draw(run.first, run.count)
        programs[model.kind].use()
        self._draw_clear(model, camera)
        self._bind(camera.width, camera.height, gl.GL_RGBA8)
        self._resolve.draw(samples, camera, light, maps)
        raw = np.empty((camera.height, camera.width, 4), dtype=np.uint8)
        gl.glReadPixels(0, 0, *raw.shape[1::-1], gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, raw)
        picture = np.ascontiguousarray(raw[..., :3])
        if not self._finish.occlusion:
            return picture
        nearness = np.empty(size[::-1], dtype=np.float32)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, samples.id)
        gl.glReadPixels(0, 0, *size, gl.GL_DEPTH_COMPONENT, gl.GL_FLOAT, nearness)
        seen = np.asarray(nearness[::SUPERSAMPLE, ::SUPERSAMPLE] / NEAR, dtype=np.float32)
        return np.array(occluded(Image.fromarray(picture), seen, camera.fx))

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """See `Renderer`."""
        gl = self._gl
        model = self._model(world, data)
        program = self._faced if normals else self._truth
        program.use()
        program.whole("poses", POSES)
        program.matrices("clip_from_world", clip_from_world(camera))
        if normals:
            program.quadruple("lens", (camera.fx, camera.fy, camera.cx, camera.cy))
        more = (gl.GL_RGBA8,) if normals else ()
        self._begin(camera.width, camera.height, gl.GL_RG32F, *more)
        model.draw(0, len(model.shape.faces))
        shape = (camera.height, camera.width)
        raw = np.empty((*shape, 2), dtype=np.float32)
        gl.glReadBuffer(gl.GL_COLOR_ATTACHMENT0)
        gl.glReadPixels(0, 0, *shape[::-1], gl.GL_RG, gl.GL_FLOAT, raw)
        depth, geoms = np.ascontiguousarray(raw[..., 0]), raw[..., 1].astype(np.int32)
        if not normals:
            return GBuffer(depth, geoms)
        facing = np.empty((*shape, 4), dtype=np.uint8)
        gl.glReadBuffer(gl.GL_COLOR_ATTACHMENT1)
        gl.glReadPixels(0, 0, *shape[::-1], gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, facing)
        return GBuffer(depth, geoms, np.ascontiguousarray(facing[..., :3]))

    def silhouettes(
        self, world: World, data: Any, camera: CameraParams, groups: npt.NDArray[Any]
    ) -> Words:
        """Which groups of geoms cover each pixel's centre, whatever stands before them.

        Args:
            world: a scene compiled with visual detail.
            data: its `mujoco.MjData`, body and geom poses up to date.
            camera: where from, and how large.
            groups: (ngeom,) integers, the group of each geom from 1; 0 for none.

        Returns:
            (H, W, ceil(K / 32)) uint32 for K groups: bit k % 32 of word k // 32 is group k + 1.
        """
        return self._cover.draw(self._model(world, data), clip_from_world(camera), camera, groups)

    def _model(self, world: World, data: Any) -> Uploaded:
        self._context.make_current()
        key = id(world.model)
        found = self._models.pop(key, None) or Uploaded(self._gl, world)
        self._models[key] = found
        while len(self._models) > KEPT_MODELS:
            self._models.popitem(last=False)[1].close()
        found.bind(data)
        return found

    def _light(self, world: World, model: Uploaded) -> Illumination:
        """The light of a scene, kept from camera to camera and from state to state."""
        kept = self._lights
        if kept is not None and kept[0] is model and kept[1] is world.scene:
            return kept[2]
        light = illumination(world, mirrors=model.kind.metal, windows=model.windows)
        self._lights = (model, world.scene, light)
        return light

    def _lit(
        self, light: Illumination, camera: CameraParams, *, shadows: bool, kind: Kind
    ) -> Program:
        """The program that draws things in this light, all of it set."""
        program = self._colour_program(len(light.keys), kind)
        program.use()
        program.matrices("clip_from_world", clip_from_world(camera))
        program.vectors("eye", np.asarray(camera.pos))
        told = self._told.get(program)
        pixels = self._finish.map_pixels(camera)
        if told is None or told[0] is not light or told[1:] != (shadows, pixels):
            self._told[program] = (light, shadows, pixels)
            self._tell(program, light, pixels, shadows=shadows)
        return program

    def _shadow_maps(self, pixels: int) -> ShadowMaps:
        """The maps of a width, made when a picture first needs them."""
        if pixels not in self._maps:
            self._gl.glActiveTexture(self._gl.GL_TEXTURE0 + SHADOWS)  # leave the others' alone
            self._maps[pixels] = ShadowMaps(self._gl, pixels, MAX_LAMPS + 1)
        return self._maps[pixels]

    def _tell(self, program: Program, light: Illumination, pixels: int, *, shadows: bool) -> None:
        """Tell a program in use what no camera of this size changes."""
        keys = light.keys
        if light.around is not None:
            self._around.light(program, light.around)
        self._shade(program, light.shadows, pixels)
        program.vectors("harmonics", light.harmonics)
        program.pair("around_turn", (float(np.cos(light.azimuth)), float(np.sin(light.azimuth))))
        program.whole("shadowed", int(shadows))
        program.vectors("key_towards", np.stack([-key.direction for key in keys]))
        program.vectors("key_light", np.stack([key.light for key in keys]))
        program.vectors("key_sheen", np.stack([key.sheen for key in keys]))
        places = [(*(light.middle - key.away * key.direction), key.away**2) for key in keys]
        program.quadruples("key_place", np.array(places))

    def _shade(self, program: Program, shadows: tuple[ShadowViews, ...], pixels: int) -> None:
        """Tell a program how to look up the shadow maps, which are `pixels` wide."""
        finish = self._finish
        texels = np.stack([view.spans for view in shadows]) / pixels
        edges = np.maximum(finish.shadow_edge / 2, LEAST_EDGE * texels[:, 0])
        deep = np.array([[view.deep] for view in shadows])
        near = np.stack([view.near for view in shadows])
        lengths = np.linalg.norm(near[:, :2, :3], axis=2)
        program.matrices("light_from_world", near)
        program.vectors("key_side", near[:, 0, :3] / lengths[:, :1])
        program.vectors("key_up", near[:, 1, :3] / lengths[:, 1:])
        far = [(*view.scale, *view.shift) for view in shadows]
        program.quadruples("far_from_near", np.array(far))
        program.pairs("reach", edges * lengths / 2)
        program.pairs("edge", edges / deep)
        program.pairs("texel", (texels[:, 0] + LIFT) / deep)
        program.pairs("far_texel", (texels[:, 1] - texels[:, 0]) / deep)

    def _colour_program(self, keys: int, kind: Kind) -> Program:
        key = (keys, kind)
        made = self._colour.get(key)
        if made is None:
            made = self._colour[key] = Program(self._gl, *colour_sources(*key, self._finish.taps))
            made.use()
            for name, unit in (
                ("poses", POSES), ("looks", LOOKS), ("textures", TEXTURES), ("shadows", SHADOWS),
                ("around", AROUND), ("pictures", PICTURES),
            ):  # fmt: skip
                made.whole(name, unit)
        return made

    def _begin(self, width: int, height: int, *colours: int, sampled: bool = False) -> Frame:
        """Draw into an empty frame from now on."""
        gl = self._gl
        frame = self._bind(width, height, *colours, sampled=sampled)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)
        return frame

    def _bind(self, width: int, height: int, *colours: int, sampled: bool = False) -> Frame:
        gl = self._gl
        key = (width, height, int(sampled), *(int(colour) for colour in colours))
        if key not in self._frames:
            self._frames[key] = Frame.make(gl, width, height, *colours, sampled=sampled)
        frame = self._frames[key]
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, frame.id)
        gl.glViewport(0, 0, width, height)
        return frame

    def _draw_clear(self, model: Uploaded, camera: CameraParams) -> None:
        """Blend what is transparent over the rest, the farthest first."""
        gl = self._gl
        places = model.rows[[geom for geom, _, _ in model.shape.clear], :, 3]
        far = np.linalg.norm(places - np.asarray(camera.pos, dtype=np.float32), axis=1)
        gl.glEnable(gl.GL_BLEND)
        gl.glDepthMask(False)
        gl.glColorMaski(1, False, False, False, False)
        for number in np.argsort(-far, kind="stable"):
            model.draw(*model.shape.clear[int(number)][1:])
        gl.glColorMaski(1, True, True, True, True)
        gl.glDepthMask(True)
        gl.glDisable(gl.GL_BLEND)
