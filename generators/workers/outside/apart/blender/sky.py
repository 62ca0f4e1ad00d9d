"""Light from all sides: a clear sky that is always there, and a scene's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..messages import Array

SUN_ELEVATION = 40.0
"""Of the sky's own sun, degrees."""
SKY_BALANCE = (0.4382, 0.3506, 0.2475)
"""Makes a white floor under the open sky white, of radiance 1 at strength 1."""
SAMPLED = 128
"""Rows of the table by which Cycles finds bright parts of the sky."""
_RGB, _RGBA = 3, 4


class BlenderSky:
    """The world's background."""

    def __init__(self, data: Any, scene: Any) -> None:
        """Nishita's clear sky without the sun's disc, and an empty map on top of it."""
        self._data = data
        world = data.worlds.new("sky")
        scene.world = world
        world.use_nodes = True
        world.cycles.sampling_method = "MANUAL"
        world.cycles.sample_map_resolution = SAMPLED
        nodes, links = world.node_tree.nodes, world.node_tree.links
        self._clear, self._own = nodes["Background"], nodes.new("ShaderNodeBackground")
        links.new(_nishita(nodes, links), self._clear.inputs["Color"])
        self._map = nodes.new("ShaderNodeTexEnvironment")
        links.new(self._map.outputs["Color"], self._own.inputs["Color"])
        both, self._links = nodes.new("ShaderNodeAddShader"), links
        links.new(self._clear.outputs[0], both.inputs[0])
        links.new(self._own.outputs[0], both.inputs[1])
        self._sum, self._surface = both.outputs[0], nodes["World Output"].inputs["Surface"]

    def show(self, strength: float, around: Array | None) -> None:
        """Set both.

        Args:
            strength: of the clear sky; a white floor under it has that radiance.
            around: (H, W, 3) radiance, as Cycles maps it; None is nothing.
        """
        self._clear.inputs["Strength"].default_value = strength
        if self._map.image is not None:
            self._data.images.remove(self._map.image)
        if around is None:
            self._links.new(self._clear.outputs[0], self._surface)
            return
        height, width = around.shape[:2]
        image = self._data.images.new("sky", width, height, float_buffer=True)
        image.colorspace_settings.name = "Linear Rec.709"
        pixels = np.ones((height, width, _RGBA), dtype=np.float32)
        pixels[..., :_RGB] = around
        image.pixels.foreach_set(pixels.reshape(-1))
        image.update()
        self._map.image = image
        self._links.new(self._sum, self._surface)


def _nishita(nodes: Any, links: Any) -> Any:
    """The output that has its colour."""
    sky = nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_disc = False
    sky.sun_elevation = math.radians(SUN_ELEVATION)
    balance = nodes.new("ShaderNodeMix")
    balance.data_type = "RGBA"
    balance.blend_type = "MULTIPLY"
    balance.inputs["Factor"].default_value = 1.0
    white = balance.inputs[7]
    white.default_value = (*SKY_BALANCE, 1.0)
    links.new(sky.outputs["Color"], balance.inputs[6])
    return balance.outputs[2]
