"""Pictures of imported assets on Blender's principled surface."""

from __future__ import annotations

from typing import Any

EXTENSIONS = {"repeat": "REPEAT", "clamp": "EXTEND", "mirror": "MIRROR"}
"""Blender's names of what an image shows beyond its edges."""


def pictured(tree: Any, surface: Any, image: Any, look: dict[str, Any]) -> None:
    """Let a surface show an image times its colour.

    Args:
        tree: the material's nodes and links.
        surface: its principled surface, whose colour is set.
        image: Blender's.
        look: `rgba`, of which the colour is the factor; `wrap` along u and v; and `alpha`, what
            that of the image does.
    """
    nodes, links = tree.nodes, tree.links
    picture = nodes.new("ShaderNodeTexImage")
    picture.image = image
    picture.image.alpha_mode = "CHANNEL_PACKED"  # colours as they are, whatever alpha says
    u, v = look["wrap"]
    picture.extension = EXTENSIONS[u] if u == v else "REPEAT"
    if u != v:
        links.new(_place(nodes, links, (u, v)), picture.inputs["Vector"])
    mix = nodes.new("ShaderNodeMix")
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    factor, first, second = (mix.inputs[k] for k in _of_colours(mix.inputs))
    factor.default_value = 1.0
    links.new(picture.outputs["Color"], first)
    second.default_value = (*look["rgba"][:3], 1.0)
    links.new(_of_colours_out(mix.outputs), surface.inputs["Base Color"])
    if look["alpha"] == "opaque":
        return
    seen = picture.outputs["Alpha"]
    if look["alpha"] == "mask":
        cut = nodes.new("ShaderNodeMath")
        cut.operation = "GREATER_THAN"
        links.new(seen, cut.inputs[0])
        cut.inputs[1].default_value = 0.5
        seen = cut.outputs[0]
    links.new(seen, surface.inputs["Alpha"])


def _of_colours(inputs: Any) -> list[int]:
    """Where factor and colours stand among the inputs of a mix, which has some for each type."""
    kinds = [socket.type for socket in inputs]
    first = kinds.index("RGBA")
    return [kinds.index("VALUE"), first, kinds.index("RGBA", first + 1)]


def _of_colours_out(outputs: Any) -> Any:
    return next(socket for socket in outputs if socket.type == "RGBA")


def _place(nodes: Any, links: Any, wrap: tuple[str, str]) -> Any:
    """Texture coordinates that wrap otherwise along u than along v."""
    given, apart, joined = (
        nodes.new(kind)
        for kind in ("ShaderNodeUVMap", "ShaderNodeSeparateXYZ", "ShaderNodeCombineXYZ")
    )
    links.new(given.outputs["UV"], apart.inputs[0])
    for axis, mode in enumerate(wrap):
        place = apart.outputs[axis]
        if mode != "repeat":
            fold = nodes.new("ShaderNodeMath")
            fold.operation = "PINGPONG" if mode == "mirror" else "ADD"
            links.new(place, fold.inputs[0])
            fold.inputs[1].default_value = 1.0 if mode == "mirror" else 0.0
            fold.use_clamp = mode == "clamp"
            place = _inside(nodes, links, fold.outputs[0])
        links.new(place, joined.inputs[axis])
    return joined.outputs[0]


def _inside(nodes: Any, links: Any, place: Any) -> Any:
    """A place no nearer to the edge than the middle of a pixel, of which there are 1024 at most."""
    for operation, bound in (("MAXIMUM", 1 / 2048), ("MINIMUM", 1 - 1 / 2048)):
        bounded = nodes.new("ShaderNodeMath")
        bounded.operation = operation
        links.new(place, bounded.inputs[0])
        bounded.inputs[1].default_value = bound
        place = bounded.outputs[0]
    return place
