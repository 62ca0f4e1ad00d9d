"""The programs of the graphics pipeline that draw pictures: things in their light, and the sky."""

from __future__ import annotations

from .shaders import HEADER, POSES_VERTEX
from .triangles import Kind

_SHARED = """
#define KEYS {keys}
#define METAL {metal}
#define TAPS {taps}
#define PICTURES {pictures}
"""

_AROUND = """
uniform sampler2D around;  // see environment.py
uniform vec3 around_ground;
uniform vec2 around_turn;  // cosine and sine of the azimuth of its first column
vec3 turned(vec3 away) {
    return vec3(away.x * around_turn.x + away.y * around_turn.y,
                away.y * around_turn.x - away.x * around_turn.y, away.z);
}
vec3 comes_from(vec3 away, float roughness) {
    vec3 local = turned(away);
    float up = asin(clamp(local.z, 0.0, 1.0)) / 1.5707963;
    vec2 place = vec2(atan(local.y, local.x) / 6.2831853, sqrt(up));
    vec3 above = textureLod(around, place, 4.0 * roughness).rgb;
    float width = 0.001 + 0.6 * roughness * roughness;
    return mix(around_ground, above, smoothstep(-width, width, local.z));
}
"""

SKY_VERTEX = (
    HEADER
    + """
uniform mat4 world_from_clip;
out vec3 away;
void main() {
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    away = (world_from_clip * vec4(corner, 0.0, 1.0)).xyz;
    gl_Position = vec4(corner, 0.0, 1.0);
}
"""
)
SKY_FRAGMENT = (
    HEADER
    + _AROUND
    + """
in vec3 away;
out vec4 seen;
void main() {
    vec3 result = pow(comes_from(normalize(away), 0.0), vec3(1.0 / 2.2));
    vec3 over = max(result - 0.75, 0.0);
    seen = vec4(min(result, 0.75) + 0.25 * over / (0.25 + over), 1.0);
}
"""
)

COLOUR_VERTEX = (
    POSES_VERTEX
    + """
uniform mat4 clip_from_world;
uniform samplerBuffer looks;  // of a geom, see uploads.py
uniform mat4 light_from_world[KEYS];
uniform vec3 key_towards[KEYS];
uniform vec3 key_side[KEYS];  // the axes of a key's shadow maps
uniform vec3 key_up[KEYS];
uniform vec2 texel[KEYS];  // width and height of one of the near map, in depths
uniform vec2 far_texel[KEYS];  // what one of the far map has more
uniform vec2 edge[KEYS];  // half the width of a shadow's soft edge, in depths
uniform vec3 eye;
out vec3 to_eye;
out vec3 facing;
out vec3 soft;
out vec4 spot[KEYS];  // place and depth in the near map; what a place in the far map adds to it
out vec2 lean[KEYS];  // depth that the surface loses over half the width of an edge
out vec3 texture_place;
flat out vec4 colour;
flat out vec3 gloss;
flat out vec3 glow;
#if PICTURES
flat out int lying;
#endif
uniform vec3 harmonics[9];
uniform vec2 around_turn;
vec3 from_all_sides(vec3 n) {
    float x = n.x * around_turn.x + n.y * around_turn.y;
    float y = n.y * around_turn.x - n.x * around_turn.y, z = n.z;
    return 0.282095 * harmonics[0]
        + 0.488603 * (y * harmonics[1] + z * harmonics[2] + x * harmonics[3])
        + 1.092548 * (x * y * harmonics[4] + y * z * harmonics[5] + x * z * harmonics[7])
        + 0.315392 * (3.0 * z * z - 1.0) * harmonics[6]
        + 0.546274 * (x * x - y * y) * harmonics[8];
}
void main() {
    vec3 where = to_world(vec4(point, 1.0));
    to_eye = eye - where;
    facing = to_world(vec4(normal, 0.0));
    soft = max(from_all_sides(facing), 0.0);
    for (int i = 0; i < KEYS; ++i) {
        // A texel holds one depth for all of a surface that leans: it lies that much before itself.
        float steep = 1.0 / max(dot(facing, key_towards[i]), 0.2);
        vec2 slope = vec2(dot(facing, key_side[i]), dot(facing, key_up[i])) * steep;
        vec2 leans = 0.2 + 0.75 * abs(slope);
        vec3 near = (light_from_world[i] * vec4(where, 1.0)).xyz;
        spot[i] = vec4(0.5 * near.xy + 0.5, near.z + dot(leans, texel[i]),
                       dot(leans, far_texel[i]));
        lean[i] = slope * edge[i];
    }
    colour = texelFetch(looks, 3 * int(geom));
    vec4 look = texelFetch(looks, 3 * int(geom) + 1);
#if PICTURES
    vec4 shine = texelFetch(looks, 3 * int(geom) + 2);
    glow = shine.rgb;
    lying = int(shine.a);
#else
    glow = texelFetch(looks, 3 * int(geom) + 2).rgb;
#endif
    texture_place = vec3(uv, look.x);
    gloss = look.yzw;
    gl_Position = clip_from_world * vec4(where, 1.0);
}
"""
)

COLOUR_FRAGMENT = (
    _AROUND
    + """
uniform sampler2DArray textures;
uniform sampler2DArrayShadow shadows;
uniform bool shadowed;
uniform vec3 eye;
uniform vec3 key_towards[KEYS];
uniform vec3 key_light[KEYS];
uniform vec3 key_sheen[KEYS];
uniform vec4 key_place[KEYS];  // where it hangs; the square of how far that is from the support
uniform vec4 far_from_near[KEYS];  // scale and shift of places in the maps
uniform vec2 reach[KEYS];  // half the width of an edge, in places of the near map
#if TAPS > 1
const vec2 taps[8] = vec2[](
    vec2(0.19, 0.08), vec2(-0.17, 0.40), vec2(-0.51, -0.19), vec2(0.12, -0.62),
    vec2(0.68, -0.22), vec2(0.55, 0.62), vec2(-0.48, 0.79), vec2(-0.86, 0.24));
#endif
in vec3 to_eye;
in vec3 facing;
in vec3 soft;
in vec4 spot[KEYS];
in vec2 lean[KEYS];
in vec3 texture_place;
flat in vec4 colour;
flat in vec3 gloss;
flat in vec3 glow;
layout(location = 0) out vec4 seen;
layout(location = 1) out vec4 aspect;  // where it faces; how much of its light is from all sides
float lit_at(int i, vec2 aside) {
    vec4 place = spot[i], far = far_from_near[i];
    float depth = place.z - dot(lean[i], aside);
    vec2 from_middle = abs(place.xy - 0.5);
    bool outside = max(from_middle.x, from_middle.y) > 0.49;
    vec2 at = place.xy + reach[i] * aside;
    if (outside) {
        at = at * far.xy + far.zw;
        depth += place.w;
    }
    float layer = float(2 * i) + float(outside);
    return texture(shadows, vec4(at, layer, clamp(depth, 1e-6, 1.0)));
}
#if PICTURES
uniform sampler2DArray pictures;
flat in int lying;
float wrapped(float place, int mode, float margin) {
    if (mode == 0) return place;
    if (mode == 2) place = 1.0 - abs(mod(place, 2.0) - 1.0);
    return clamp(place, margin, 1.0 - margin);
}
vec4 pictured() {
    vec2 across = dFdx(texture_place.xy), down = dFdy(texture_place.xy);
    // Half a texel of the level that is looked at, so that none beyond the edge is mixed in.
    vec2 size = vec2(textureSize(pictures, 0).xy);
    float finest = max(length(across * size), length(down * size));
    float level = max(floor(log2(max(finest, 1e-6)) + 0.5), 0.0);
    vec2 margin = min(0.5 * exp2(level) / size, vec2(0.5));
    vec2 place = vec2(wrapped(texture_place.x, lying & 3, margin.x),
                      wrapped(texture_place.y, (lying >> 2) & 3, margin.y));
    return textureGrad(pictures, vec3(place, -2.0 - texture_place.z), across, down);
}
#endif
void main() {
    vec3 base = colour.rgb;
    float alpha = colour.a;
    if (texture_place.z >= 0.0) base *= texture(textures, texture_place).rgb;
#if PICTURES
    if (texture_place.z < -1.5) {
        vec4 texel = pictured();
        base *= texel.rgb;
        int cut = lying >> 4;
        if (cut == 1 && texel.a < 0.5) discard;
        if (cut == 2) alpha *= texel.a;
    }
#endif
    vec3 n = normalize(facing);
    vec3 view = normalize(to_eye);
    float metal = 0.0, roughness = 0.0;
    vec3 mirrored = vec3(0.0), tint = vec3(1.0), shines = vec3(0.0);
#if METAL
    if (gloss.z >= 1.0) {
        metal = floor(gloss.z) / 255.0;
        roughness = fract(gloss.z) / 0.99;
        // Schlick's Fresnel: metal keeps its colour but at grazing angles.
        float edge = pow(1.0 - max(dot(n, view), 0.0), 5.0) * (1.0 - roughness);
        mirrored = mix(base, vec3(1.0), edge)
            * pow(comes_from(reflect(-view, n), roughness), vec3(1.0 / 2.2));
        tint = mix(vec3(1.0), 3.0 * base, metal);
    }
#endif
    // Each of the four pixels that are averaged looks at the shadow map a little aside.
    vec2 corner = mod(floor(gl_FragCoord.xy), 2.0) - 0.5;
#if TAPS > 1
    float angle = 0.785398 * (2.0 * corner.x + corner.y + 0.2);
    vec2 turn = vec2(cos(angle), sin(angle));
#else
    vec2 aside = 1.33 * vec2(corner.x - 0.5 * corner.y, corner.y + 0.5 * corner.x);
#endif
    vec3 light = soft;
    for (int i = 0; i < KEYS; ++i) {
        float cosine = dot(n, key_towards[i]);
        if (cosine > 0.0) {
            float lit = 1.0;
            if (shadowed) {
#if TAPS > 1
                lit = 0.0;
                for (int k = 0; k < TAPS; ++k)
                    lit += lit_at(i, vec2(dot(taps[k], turn), dot(taps[k], vec2(-turn.y, turn.x))));
                lit /= float(TAPS);
#else
                lit = lit_at(i, aside);
#endif
            }
            // Blinn's highlight, with Schlick's fraction in place of the power.
            vec3 half_way = view + key_towards[i];
            float t = max(dot(n, half_way), 0.0) * inversesqrt(dot(half_way, half_way));
            float shine = gloss.x * t / (gloss.y - gloss.y * t + t);
            // What is closer to the lamp than the support receives more.
            vec3 apart = eye - to_eye - key_place[i].xyz;
            float fall = key_place[i].w / dot(apart, apart);
            light += (lit * cosine * min(fall, 2.0)) * key_light[i];
            shines += lit * shine * key_sheen[i];
        }
    }
    // Light adds up as light does; display values grow as its power 1 / 2.2, within 1%.
    vec3 root = sqrt(light), fourth = sqrt(root);
    vec3 result = base * (0.800358 * root + 0.277536 * fourth - 0.078398 * sqrt(fourth));
#if METAL
    if (metal > 0.0) result = mix(result, mirrored, metal);
#endif
    result += shines * tint + glow;
    aspect = vec4(0.5 * n + 0.5, (1.0 - metal) * soft.g / max(light.g, 1e-4));
    // Film's shoulder: highlights fade into white instead of burning out.
    vec3 over = max(result - 0.75, 0.0);
    seen = vec4(min(result, 0.75) + 0.25 * over / (0.25 + over), alpha);
}
"""
)


def colour_sources(keys: int, kind: Kind, taps: int) -> tuple[str, str]:
    """Vertex and fragment source for that many lamps with shadows.

    Each fragment looks `taps` times at a shadow map: once, or up to eight times.

    Only what may be metal pays for mirroring, and what has a picture for it: a software rasteriser
    takes both sides of a branch.
    """
    counts = {"keys": keys, "taps": taps}
    head = HEADER + _SHARED.format(**counts, metal=int(kind.metal), pictures=int(kind.pictured))
    return head + COLOUR_VERTEX, head + COLOUR_FRAGMENT
