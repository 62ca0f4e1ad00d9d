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
        links.new(_place(tree, (u, v), image.size), picture.inputs["Vector"])
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
        seen = _of(tree, "GREATER_THAN", seen, 0.5)
    links.new(seen, surface.inputs["Alpha"])


def _of_colours(inputs: Any) -> list[int]:
    """Where factor and colours stand among the inputs of a mix, which has some for each type."""
    kinds = [socket.type for socket in inputs]
    first = kinds.index("RGBA")
    return [kinds.index("VALUE"), first, kinds.index("RGBA", first + 1)]


def _of_colours_out(outputs: Any) -> Any:
    return next(socket for socket in outputs if socket.type == "RGBA")


def _place(tree: Any, wrap: tuple[str, str], size: Any) -> Any:
    """Texture coordinates that wrap otherwise along u than along v, in an image of so many pixels.

    The image itself repeats: what does not stays half a pixel inside, so that no other edge is
    mixed in.
    """
    nodes, links = tree.nodes, tree.links
    kinds = ("ShaderNodeUVMap", "ShaderNodeSeparateXYZ", "ShaderNodeCombineXYZ")
    given, apart, joined = (nodes.new(kind) for kind in kinds)
    links.new(given.outputs["UV"], apart.inputs[0])
    for axis, mode in enumerate(wrap):
        place, edge = apart.outputs[axis], 0.5 / size[axis]
        if mode == "mirror":
            place = _of(tree, "PINGPONG", place, 1.0)
        if mode != "repeat":
            place = _of(tree, "MINIMUM", _of(tree, "MAXIMUM", place, edge), 1.0 - edge)
        links.new(place, joined.inputs[axis])
    return joined.outputs[0]


def _of(tree: Any, operation: str, place: Any, number: float) -> Any:
    """The result of a calculation with a number."""
    made = tree.nodes.new("ShaderNodeMath")
    made.operation = operation
    tree.links.new(place, made.inputs[0])
    made.inputs[1].default_value = number
    return made.outputs[0]
