"""The programs that the graphics pipeline runs: shadow maps, pictures, and truth."""

from __future__ import annotations

HEADER = "#version 330 core\n"

_POSES = """
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
    + _POSES
    + """
uniform mat4 light_from_world;
void main() { gl_Position = light_from_world * vec4(to_world(vec4(point, 1.0)), 1.0); }
"""
)
SHADOW_FRAGMENT = HEADER + "void main() {}\n"

TRUTH_VERTEX = (
    HEADER
    + _POSES
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
    + _POSES
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

_SHARED = """
#define KEYS {keys}
#define FILLS {fills}
"""

COLOUR_VERTEX = (
    _POSES
    + """
uniform mat4 clip_from_world;
uniform samplerBuffer looks;  // for each geom: colour; texture layer, gloss, exponent
uniform vec3 ambient;
uniform vec3 fill_towards[FILLS];
uniform vec3 fill_light[FILLS];
uniform mat4 light_from_world[KEYS];
uniform float normal_offset;
uniform vec3 eye;
out vec3 to_eye;
out vec3 facing;
out vec3 soft;
out vec3 spot[KEYS];
out vec3 texture_place;
flat out vec4 colour;
flat out vec2 gloss;
void main() {
    vec3 where = to_world(vec4(point, 1.0));
    to_eye = eye - where;
    facing = to_world(vec4(normal, 0.0));
    soft = ambient;
    for (int i = 0; i < FILLS; ++i)
        soft += fill_light[i] * max(dot(facing, fill_towards[i]), 0.0);
    for (int i = 0; i < KEYS; ++i)
        spot[i] = (light_from_world[i] * vec4(where + normal_offset * facing, 1.0)).xyz
            * vec3(0.5, 0.5, 1.0) + vec3(0.5, 0.5, 0.0);
    colour = texelFetch(looks, 2 * int(geom));
    vec4 look = texelFetch(looks, 2 * int(geom) + 1);
    texture_place = vec3(uv, look.x);
    gloss = look.yz;
    gl_Position = clip_from_world * vec4(where, 1.0);
}
"""
)

COLOUR_FRAGMENT = """
uniform sampler2DArray textures;
uniform sampler2DArrayShadow shadows;
uniform bool shadowed;
uniform vec3 key_towards[KEYS];
uniform vec3 key_light[KEYS];
uniform float blur;
in vec3 to_eye;
in vec3 facing;
in vec3 soft;
in vec3 spot[KEYS];
in vec3 texture_place;
flat in vec4 colour;
flat in vec2 gloss;
out vec4 seen;
void main() {
    vec3 base = colour.rgb;
    if (texture_place.z >= 0.0) base *= texture(textures, texture_place).rgb;
    vec3 n = normalize(facing);
    vec3 view = normalize(to_eye);
    vec3 result = base * soft;
    // Each of the four pixels that are averaged looks at the shadow map a little aside.
    vec2 aside = (mod(floor(gl_FragCoord.xy), 2.0) - 0.5) * blur;
    aside = vec2(aside.x - 0.5 * aside.y, aside.y + 0.5 * aside.x);
    for (int i = 0; i < KEYS; ++i) {
        float cosine = dot(n, key_towards[i]);
        if (cosine > 0.0) {
            float lit = 1.0;
            if (shadowed)
                lit = texture(shadows, vec4(spot[i].xy + aside, float(i), spot[i].z));
            // Blinn's highlight, with Schlick's fraction in place of the power.
            vec3 half_way = view + key_towards[i];
            float t = max(dot(n, half_way), 0.0) * inversesqrt(dot(half_way, half_way));
            float shine = gloss.x * t / (gloss.y - gloss.y * t + t);
            result += lit * key_light[i] * (cosine * base + shine);
        }
    }
    // Film's shoulder: highlights fade into white instead of burning out.
    vec3 over = max(result - 0.85, 0.0);
    seen = vec4(min(result, 0.85) + 0.15 * over / (0.15 + over), colour.a);
}
"""


def colour_sources(keys: int, fills: int) -> tuple[str, str]:
    """Vertex and fragment source for that many lamps with and without shadows."""
    head = HEADER + _SHARED.format(keys=keys, fills=fills)
    return head + COLOUR_VERTEX, head + COLOUR_FRAGMENT
