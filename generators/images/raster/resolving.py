"""From four samples a pixel to the picture, where close things keep light from all sides away."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams
from .gl import Frame, Program
from .illumination import Illumination
from .projections import NEAR
from .shaders import HEADER
from .shadow_maps import OVERHEAD, ShadowMaps
from .uploads import SHADOWS

COLOURS, ASPECTS, NEARNESS = 7, 8, 9
"""Texture units."""
STEP = 0.8
"""How far aside of a place it is looked up what is overhead, pixels of that map."""
LIFT = 0.002
"""How far above itself a place looks for what is overhead, metres."""

_VERTEX = (
    HEADER
    + """
void main() {
    gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
"""
)
_FRAGMENT = (
    HEADER
    + """
uniform sampler2D colours;
uniform sampler2D aspects;
uniform sampler2D nearness;
uniform sampler2DArrayShadow shadows;
uniform vec4 lens;  // fx, fy, cx, cy
uniform mat4 world_from_camera;
uniform float nearest;
uniform vec2 texel;  // size of a pixel in the samples
uniform mat4 above_from_world;
uniform vec2 above_texel;  // of the near map of what is overhead, and of the far one, in depths
uniform vec4 above_far_from_near;
uniform vec3 above_share;  // of a layer that these maps fill; a step in them; the first layer
uniform vec3 room[2];  // least and greatest corner
uniform vec3 support[2];  // likewise of what things stand on
out vec4 seen;
float open_above(vec3 where, vec3 n) {
    vec3 place = (above_from_world * vec4(where, 1.0)).xyz;
    float bank = 0.3 + 0.75 * length(n.xy) / max(n.z, 0.2);
    vec2 at = 0.5 * place.xy + 0.5;
    vec2 from_middle = abs(at - 0.5);
    bool outside = max(from_middle.x, from_middle.y) > 0.48;
    float depth = place.z + bank * (outside ? above_texel.y : above_texel.x);
    if (outside) at = at * above_far_from_near.xy + above_far_from_near.zw;
    if (max(abs(at.x - 0.5), abs(at.y - 0.5)) > 0.48) return 1.0;
    float layer = above_share.z + float(outside);
    depth = clamp(depth, 1e-6, 1.0);
    vec2 aside = above_share.y * vec2(1.0, 0.5), middle = at * above_share.x;
    return 0.5 * texture(shadows, vec4(middle + aside, layer, depth))
        + 0.5 * texture(shadows, vec4(middle - aside, layer, depth));
}
float open_beside(vec3 where, vec3 n) {
    // Walls that meet a surface at right angles, by the square of how close they are.
    vec3 away = vec3(1.0) - n * n;
    vec3 near = min(where - room[0], vec3(room[1].xy, 1e9) - where);
    vec3 dark = clamp(1.0 - max(near, 0.0) / vec3(0.9, 0.9, 0.5), 0.0, 1.0);
    dark = 1.0 - vec3(0.32, 0.32, 0.38) * dark * dark * away;
    vec2 inside = step(support[0].xy, where.xy) * step(where.xy, support[1].xy);
    float rise = where.z - support[1].z;
    float foot = clamp(1.0 - rise / 0.06, 0.0, 1.0) * step(-0.002, rise) * inside.x * inside.y;
    return dark.x * dark.y * dark.z * (1.0 - 0.4 * foot * foot * away.z);
}
void main() {
    ivec2 first = 2 * ivec2(gl_FragCoord.xy);
    // Between four samples, so that it is their mean.
    vec3 mean = texture(colours, gl_FragCoord.xy * texel).rgb;
    vec4 aspect = texelFetch(aspects, first, 0);
    vec3 n = normalize(2.0 * aspect.xyz - 1.0);
    float depth = nearest / max(texelFetch(nearness, first, 0).r, 1e-6);
    vec2 pixel = vec2(first) / 2.0 + 0.25;
    vec3 ray = vec3((pixel - lens.zw) / lens.xy, 1.0);
    vec3 where = (world_from_camera * vec4(depth * ray, 1.0)).xyz;
    float up = max(n.z, 0.0);
    float open = open_beside(where, n) * (1.0 - 0.6 * up * (1.0 - open_above(where, n)));
    seen = vec4(mean * sqrt(1.0 - aspect.a * (1.0 - open)), 1.0);
}
"""
)


class Resolve:
    """Draws the picture from its samples; the context must be current in all calls."""

    def __init__(self, gl: Any) -> None:
        """Make the program."""
        self._gl = gl
        self._program = Program(gl, _VERTEX, _FRAGMENT)
        self._nothing = int(gl.glGenVertexArrays(1))
        self._program.use()
        for name, unit in (
            ("colours", COLOURS), ("aspects", ASPECTS), ("nearness", NEARNESS),
            ("shadows", SHADOWS),
        ):  # fmt: skip
            self._program.whole(name, unit)
        self._program.number("nearest", NEAR)

    def draw(
        self, samples: Frame, camera: CameraParams, light: Illumination, maps: ShadowMaps
    ) -> None:
        """Fill the frame that is bound.

        Args:
            samples: colours, aspects and depths, two across and two down for each pixel.
            camera: that they were drawn for.
            light: of the scene.
            maps: of which the overhead ones are looked at.
        """
        gl, program = self._gl, self._program
        program.use()
        for unit, texture in zip((COLOURS, ASPECTS, NEARNESS), samples.parts, strict=True):
            gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
            gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
        program.pair("texel", (2 / samples.width, 2 / samples.height))
        program.quadruple("lens", (camera.fx, camera.fy, camera.cx, camera.cy))
        world_from_camera = np.eye(4)
        world_from_camera[:3, :3] = rotation(camera.quat)
        world_from_camera[:3, 3] = camera.pos
        program.matrices("world_from_camera", world_from_camera)
        program.vectors("room", light.enclosure.room)
        program.vectors("support", light.enclosure.support)
        above = light.above
        near, far = (above.spans.max(axis=1) / OVERHEAD + LIFT) / above.deep
        program.matrices("above_from_world", above.near)
        program.pair("above_texel", (float(near), float(far)))
        program.quadruples("above_far_from_near", np.array([(*above.scale, *above.shift)]))
        share = OVERHEAD / maps.pixels
        program.vectors("above_share", np.array([share, STEP / maps.pixels, maps.overhead]))
        gl.glBindVertexArray(self._nothing)
        gl.glDisable(gl.GL_DEPTH_TEST)
        gl.glDisable(gl.GL_CULL_FACE)
        gl.glDrawArrays(gl.GL_TRIANGLES, 0, 3)
        gl.glEnable(gl.GL_CULL_FACE)
        gl.glEnable(gl.GL_DEPTH_TEST)
