"""A clear sky by scattering, the sun's light through it, and an overcast sky.

Light of the sun is scattered once on its way to the eye, by air (Rayleigh) and haze (Mie) that
thin out with height, and absorbed by ozone: Nishita, Sirai, Tadamura and Nakamae, "Display of the
Earth Taking into Account Atmospheric Scattering", SIGGRAPH 1993. Coefficients of air and ozone as
in Bruneton, "A Qualitative and Quantitative Evaluation of 8 Clear Sky Models", TVCG 2016; haze by
turbidity, the optical thickness of air and haze over that of air. Light that is scattered again
and again is added as alike from all sides: Hillaire, "A Scalable and Production Ready Sky and
Atmosphere Rendering Technique", EGSR 2020. An overcast sky is that of Moon
and Spencer, 1942. Colours are linear RGB, read at 680, 550 and 440 nm.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
ROWS, COLUMNS = 48, 96
"""Of a sky's map."""
GROUND, TOP = 6_360_000.0, 6_420_000.0
"""Radii of the earth and of its air, metres."""
AIR = np.array([5.802e-6, 13.558e-6, 33.1e-6])
AIR_HEIGHT, HAZE_HEIGHT = 8_000.0, 1_200.0
OZONE = np.array([0.650e-6, 1.881e-6, 0.085e-6])
OZONE_MIDDLE, OZONE_HALF = 25_000.0, 15_000.0
ANGSTROM = (np.array([680.0, 550.0, 440.0]) / 550.0) ** -1.3
"""How haze grows towards blue (Angstrom's law)."""
ALBEDO = 0.9
"""Share of what haze takes that it scatters."""
FORWARD = 0.76
"""Mean cosine of haze's scattering (Cornette and Shanks's phase function)."""
STEPS, SUN_STEPS = 24, 8
HEIGHTS, ROUND = 12, 64
"""Heights and directions in which light is gathered that is scattered again."""
BOUNCE = 0.3
"""Share of light that the earth throws back."""
EYE = 2.0
"""Height of the eye, metres."""


def row_elevations() -> Array:
    """Elevation of the middle of each row, (ROWS,), radians: the rows crowd at the horizon."""
    return np.asarray(np.pi / 2 * ((np.arange(ROWS) + 0.5) / ROWS) ** 2)


def column_azimuths() -> Array:
    """Azimuth of the middle of each column from the sun's, (COLUMNS,), radians."""
    return np.asarray(2 * np.pi * (np.arange(COLUMNS) + 0.5) / COLUMNS)


@lru_cache(maxsize=16)
def clear_sky(elevation: float, turbidity: float) -> Array:
    """Radiance of a clear sky, (ROWS, COLUMNS, 3), that lights level ground with 1 lux.

    Args:
        elevation: of the sun, radians.
        turbidity: at least 1.
    """
    up, turn = np.meshgrid(row_elevations(), column_azimuths()[: COLUMNS // 2], indexing="ij")
    away = np.stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)], axis=-1)
    sun = np.array([np.cos(elevation), 0.0, np.sin(elevation)])
    half = _scattered(away.reshape(-1, 3), sun, turbidity).reshape(ROWS, -1, 3)
    return _one_lux(np.concatenate([half, half[:, ::-1]], axis=1))


def overcast_sky() -> Array:
    """Radiance of an overcast sky, (ROWS, COLUMNS, 3), that lights level ground with 1 lux."""
    rise = (1 + 2 * np.sin(row_elevations())) / 3
    return _one_lux(np.broadcast_to(rise[:, None, None], (ROWS, COLUMNS, 3)))


@lru_cache(maxsize=16)
def sun_colour(elevation: float, turbidity: float) -> tuple[float, float, float]:
    """Linear RGB, the greatest at 1, of the sun's light on the ground."""
    eye = np.array([[0.0, 0.0, GROUND + EYE]])
    sun = np.array([np.cos(elevation), 0.0, np.sin(elevation)])
    left = np.exp(-_thickness(eye, sun, turbidity, 4 * SUN_STEPS)[0])
    red, green, blue = (float(part) for part in left / left.max())
    return red, green, blue


def solid_angles() -> Array:
    """Of the pixels of each row, (ROWS,), steradians."""
    edges = np.sin(np.pi / 2 * (np.arange(ROWS + 1) / ROWS) ** 2)
    return np.asarray(np.diff(edges) * 2 * np.pi / COLUMNS)


def _one_lux(radiance: Array) -> Array:
    fall = solid_angles() * np.sin(row_elevations())
    lux = float(np.einsum("rck,r,k->", radiance, fall, LUMINANCE))
    return np.asarray(radiance / lux)


def _scattered(away: Array, sun: Array, turbidity: float) -> Array:
    """Radiance (N, 3) from directions (N, 3), for a sun of unit irradiance above the air."""
    cosine = away @ sun
    phases = 3 / (16 * np.pi) * (1 + cosine**2), _haze_phase(cosine)
    eyes = np.broadcast_to([0.0, 0.0, GROUND + EYE], away.shape)
    length = _to_top(eyes, away)
    again = _scattered_again(sun, turbidity)
    return _along(eyes, away, length, sun, turbidity, phases, again)[0]


def _along(
    eyes: Array,
    away: Array,
    length: Array,
    sun: Array,
    turbidity: float,
    phases: tuple[Array, Array],
    again: Array,
) -> tuple[Array, Array, Array]:
    """Light that rays gather.

    Args:
        eyes: (N, 3) where they start.
        away: (N, 3) where they go.
        length: (N,) how far, metres.
        sun: (3,) towards it.
        turbidity: of the air.
        phases: of air and haze for light of the sun, (N,) each.
        again: (HEIGHTS, 3) light from all sides at each height, for unit irradiance.

    Returns:
        Radiance; what would be scattered of light 1 from all sides; and transmittance; (N, 3).
    """  # fmt: skip
    passed, found, share = (np.zeros((len(away), 3)) for _ in range(3))
    # Steps grow with distance, as the air thins out.
    edges = np.linspace(0.0, 1.0, STEPS + 1) ** 2
    for near, far in itertools.pairwise(edges):
        step = (length * (far - near))[:, None]
        places = eyes + (length * (near + far) / 2)[:, None] * away
        air, haze, ozone = (part[:, None] for part in _densities(places))
        by_air, by_haze = air * AIR, ALBEDO * haze * _haze(turbidity)
        here = (by_air + by_haze / ALBEDO + ozone * OZONE) * step
        left = np.exp(-passed - here / 2)
        lit = np.exp(-_thickness(places, sun, turbidity, SUN_STEPS))
        gain = by_air * phases[0][:, None] + by_haze * phases[1][:, None]
        found += left * (gain * lit + (by_air + by_haze) * _at(again, places)) * step
        share += left * (by_air + by_haze) * step
        passed += here
    return found, share, np.exp(-passed)


@lru_cache(maxsize=16)
def _again(elevation: float, turbidity: float) -> Array:
    """Light from all sides at each height, (HEIGHTS, 3), after two and more scatterings."""
    sun = np.array([np.cos(elevation), 0.0, np.sin(elevation)])
    turn = (np.arange(ROUND) + 0.5) * np.pi * (3 - np.sqrt(5))  # a spiral, evenly spread
    up = 1 - 2 * (np.arange(ROUND) + 0.5) / ROUND
    flat = np.sqrt(1 - up**2)
    away = np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=-1)
    even = np.full(ROUND, 1 / (4 * np.pi))
    found = np.zeros((HEIGHTS, 3))
    for number, height in enumerate(_heights()):
        eyes = np.broadcast_to([0.0, 0.0, GROUND + height], away.shape)
        length, down = _to_ground(eyes, away)
        none = np.zeros((HEIGHTS, 3))
        light, share, left = _along(eyes, away, length, sun, turbidity, (even, even), none)
        feet = eyes + length[:, None] * away
        bounced = np.exp(-_thickness(feet, sun, turbidity, SUN_STEPS)) * max(sun[2], 0.0)
        light = light + np.where(down[:, None], left * bounced * BOUNCE / np.pi, 0.0)
        once, more = light.mean(axis=0), share.mean(axis=0)
        found[number] = once / (1 - more)
    return found


def _scattered_again(sun: Array, turbidity: float) -> Array:
    return _again(float(np.arctan2(sun[2], sun[0])), turbidity)


def _heights() -> Array:
    """Of the table of light from all sides, metres; close at the ground."""
    return np.asarray(EYE + (TOP - GROUND - 2 * EYE) * (np.arange(HEIGHTS) / (HEIGHTS - 1)) ** 2)


def _at(table: Array, places: Array) -> Array:
    """A table over heights, (HEIGHTS, 3), at places (N, 3)."""
    height = np.linalg.norm(places, axis=1) - GROUND
    found = np.empty((len(places), 3))
    for channel in range(3):
        found[:, channel] = np.interp(height, _heights(), table[:, channel])
    return found


def _thickness(places: Array, sun: Array, turbidity: float, steps: int) -> Array:
    """Optical thickness (N, 3) from places (N, 3) to the sun."""
    length = _to_top(places, np.broadcast_to(sun, places.shape))
    edges = np.linspace(0.0, 1.0, steps + 1) ** 2
    total = np.zeros((len(places), 3))
    for near, far in itertools.pairwise(edges):
        at = places + (length * (near + far) / 2)[:, None] * sun
        air, haze, ozone = (part[:, None] for part in _densities(at))
        here = air * AIR + haze * _haze(turbidity) + ozone * OZONE
        total += here * (length * (far - near))[:, None]
    return total


def _haze(turbidity: float) -> Array:
    """The extinction by haze at the ground, (3,) per metre."""
    air = AIR[1] * AIR_HEIGHT
    return np.asarray((turbidity - 1) * air / HAZE_HEIGHT * ANGSTROM)


def _haze_phase(cosine: Array) -> Array:
    square = FORWARD**2
    scale = 3 / (8 * np.pi) * (1 - square) / (2 + square)
    return np.asarray(scale * (1 + cosine**2) / (1 + square - 2 * FORWARD * cosine) ** 1.5)


def _densities(places: Array) -> tuple[Array, Array, Array]:
    """Of air, haze and ozone at places (N, 3), each (N,), over their greatest."""
    height = np.maximum(np.linalg.norm(places, axis=1) - GROUND, 0.0)
    ozone = np.maximum(1 - np.abs(height - OZONE_MIDDLE) / OZONE_HALF, 0.0)
    return np.exp(-height / AIR_HEIGHT), np.exp(-height / HAZE_HEIGHT), ozone


def _to_top(places: Array, away: Array) -> Array:
    """Metres (N,) from places (N, 3) in the air to its top."""
    along = np.sum(places * away, axis=1)
    inner = np.sum(places**2, axis=1) - TOP**2
    return np.asarray(-along + np.sqrt(np.maximum(along**2 - inner, 0.0)))


def _to_ground(places: Array, away: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Metres (N,) to the ground or else to the top of the air, and whether it is the ground."""
    along = np.sum(places * away, axis=1)
    square = along**2 - np.sum(places**2, axis=1) + GROUND**2
    hits = (along < 0) & (square > 0)
    near = -along - np.sqrt(np.maximum(square, 0.0))
    return np.where(hits, near, _to_top(places, away)), hits
