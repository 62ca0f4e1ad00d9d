"""From lux to a display, for rasterisers without gamma: which lamps they must switch on.

MuJoCo's own viewer adds the light of all lamps and multiplies display colours by it.
Cameras do otherwise: display values grow as irradiance to the power 1 / 2.2. So each lamp gets
the step that it adds to the display value of a white surface facing it: surfaces in full light
and in full shadow then come out as a camera exposed for `WHITE_LUX` would show them.
Our own rasterisers add up light itself, and take highlights alone from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....schemas import Light

WHITE_LUX = 560.0
"""Illuminance at which a perfectly white surface just reaches full scale."""
GAMMA = 2.2
SHEEN = 0.25
"""Share of a lamp's light in highlights; materials scale it further."""
_FLAT, _CEILING, _FILL = 0.78, 0.16, 0.14
"""How ambient light splits: from everywhere, from the ceiling, and from one side.

The last two cast no shadows; they give shape to what the key light does not reach.
"""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_FILL_DIRECTION = (-0.64, 0.60, -0.48)

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lamp:
    """A directional light in display units.

    Attributes:
        direction: (3,) unit vector along which it shines.
        diffuse: (3,) step in display value it gives a white surface that faces it.
        ambient: (3,) the same from all sides.
        shadow: it casts shadows.
    """

    direction: Vector
    diffuse: Vector
    ambient: Vector
    shadow: bool


def lamps(lights: tuple[Light, ...], ambient: float) -> tuple[Lamp, ...]:
    """The lamps of a rasteriser: one for each light, in order, and two for the ambient.

    Args:
        lights: of the scene.
        ambient: lux from all sides.
    """
    base = _display(np.full(3, ambient))
    lux = [lux_of(light) for light in lights]
    total = np.sum([np.zeros(3), *lux], axis=0)
    rise = _display(total + ambient) - base
    share = np.divide(rise, total, out=np.zeros(3), where=total > 0)
    keys = [
        Lamp(np.asarray(light.direction), power * share, np.zeros(3), shadow=True)
        for light, power in zip(lights, lux, strict=True)
    ]
    return (
        *keys,
        Lamp(np.array([0.0, 0.0, -1.0]), _CEILING * base, _FLAT * base, shadow=False),
        Lamp(_unit(np.asarray(_FILL_DIRECTION)), _FILL * base, np.zeros(3), shadow=False),
    )


def _display(lux: Vector) -> Vector:
    return (lux / WHITE_LUX) ** (1 / GAMMA)


def lux_of(light: Light) -> Vector:
    """Lux in each channel: tinted lamps are as bright to the eye as white ones."""
    colour = np.asarray(light.colour, dtype=np.float64)
    lux: Vector = light.intensity * colour / (colour @ _LUMINANCE)
    return lux


def _unit(vector: Vector) -> Vector:
    found: Vector = vector / np.linalg.norm(vector)
    return found
