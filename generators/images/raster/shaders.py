"""The programs of the graphics pipeline for shadow maps and truth; pictures have their own."""

from __future__ import annotations

HEADER = "#version 330 core\n"

POSES_VERTEX = """
layout(location = 0) in vec3 point;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 uv;
layout(location = 3) in uint geom;
uniform samplerBuffer poses;  // rows of world_from_geom, three for each geom
vec4 row(int number) { return texelFetch(poses, 3 * int(geom) + number); }
vec3 to_world(vec4 p) { return vec3(dot(row(0), p), dot(row(1), p), dot(row(2), p)); }
"""

SHADOW_VERTEX = (
    HEADER
    + POSES_VERTEX
    + """
uniform mat4 light_from_world;
void main() { gl_Position = light_from_world * vec4(to_world(vec4(point, 1.0)), 1.0); }
"""
)
SHADOW_FRAGMENT = HEADER + "void main() {}\n"

TRUTH_VERTEX = (
    HEADER
    + POSES_VERTEX
    + """
uniform mat4 clip_from_world;
out float depth;
flat out float id;
void main() {
    gl_Position = clip_from_world * vec4(to_world(vec4(point, 1.0)), 1.0);
    depth = gl_Position.w;
    id = float(geom) + 1.0;
}
"""
)
TRUTH_FRAGMENT = (
    HEADER
    + """
in float depth;
flat in float id;
out vec2 seen;
void main() { seen = vec2(depth, id); }
"""
)
NORMAL_FRAGMENT = (
    HEADER
    + """
uniform vec4 lens;  // fx, fy, cx, cy
in float depth;
flat in float id;
layout(location = 0) out vec2 seen;
layout(location = 1) out vec4 facing;
void main() {
    seen = vec2(depth, id);
    // 1 / depth is affine over the image of a plane, and its coefficients are the plane's normal.
    float near = gl_FragCoord.w;
    vec2 slope = vec2(dFdx(near), dFdy(near));
    vec3 away = vec3(slope * lens.xy, near - dot(slope, gl_FragCoord.xy - lens.zw));
    facing = vec4((1.0 - normalize(away)) * (127.0 / 255.0), 1.0);
}
"""
)

COVER_VERTEX = (
    HEADER
    + POSES_VERTEX
    + """
uniform mat4 clip_from_world;
uniform samplerBuffer groups;  // for each geom: its group from 1, or 0 for none
uniform int first;  // groups before those that are drawn
flat out uvec4 bits;
void main() {
    gl_Position = clip_from_world * vec4(to_world(vec4(point, 1.0)), 1.0);
    int place = int(texelFetch(groups, int(geom)).x) - 1 - first;
    bits = uvec4(0u);
    if (place >= 0 && place < 128) bits[place / 32] = 1u << uint(place % 32);
    else gl_Position = vec4(0.0, 0.0, -1.0, 0.0);  // clipped: whole triangles share a geom
}
"""
)
COVER_FRAGMENT = (
    HEADER
    + """
flat in uvec4 bits;
out uvec4 seen;
void main() { seen = bits; }
"""
)
