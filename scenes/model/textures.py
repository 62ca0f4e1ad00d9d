"""Pixels of procedural textures: pure functions of a Texture's numbers.

All but labels are periodic in both directions, so that they tile without seams.
Row 0 is the top of the picture (v = 1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...schemas import Texture
from ...schemas.base import Rgba

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Draw = Callable[[int, Array, np.random.Generator], Array]


def pixels(texture: Texture, size: int = 256) -> npt.NDArray[np.uint8]:
    """Draw a texture, (size, size, 3) uint8 sRGB; `texture.scale` is left to the caller's uv.

    The array is shared and cannot be written to.
    """
    return _drawn(texture.kind, texture.colours, texture.seed, size)


@lru_cache(maxsize=512)
def _drawn(kind: str, rgba: tuple[Rgba, ...], seed: int, size: int) -> npt.NDArray[np.uint8]:
    colours = np.array([colour[:3] for colour in rgba], dtype=float)
    if len(colours) == 1:
        colours = np.concatenate([colours, colours * 0.8])
    rng = np.random.default_rng(np.random.SeedSequence((seed, len(kind))))
    image = _DRAW[kind](size, colours, rng)
    result = np.empty(image.shape, dtype=np.uint8)
    for channel in range(3):  # one at a time, since a channel fits the processor's cache
        plane = image[..., channel]
        np.clip(plane, 0, 1, out=plane)
        plane *= 255
        result[..., channel] = np.round(plane, out=plane)
    result.setflags(write=False)
    return result


def _grid(size: int) -> tuple[Array, Array]:
    """U to the right and v upward, each (size, size) in [0, 1)."""
    step = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(step, step[::-1])
    return u, v


def _noise(size: int, rng: np.random.Generator, cells: tuple[int, int], octaves: int = 3) -> Array:
    """Periodic value noise in [0, 1], (size, size); `cells` across (u, v), doubling by octave."""
    total = np.zeros((size, size))
    weight = 0.0
    for octave in range(octaves):
        nx, ny = cells[0] * 2**octave, cells[1] * 2**octave
        rows = _smooth(rng.random((ny, nx)), size)
        low, high, share = _between(nx, size)
        # Rows stay whole: to smooth the columns of a transposed array takes three times as long.
        layer = rows.take(low, axis=1)
        layer *= 1 - share
        above = rows.take(high, axis=1)
        above *= share
        layer += above
        layer *= 0.5**octave
        total += layer
        weight += 0.5**octave
    total /= weight
    return total


def _smooth(values: Array, size: int) -> Array:
    """Periodic interpolation of values (N, M) along the first axis at `size` points, (size, M)."""
    low, high, share = _between(len(values), size)
    t = share[:, None]
    between: Array = (1 - t) * values[low] + t * values[high]
    return between


@lru_cache(maxsize=64)
def _between(count: int, size: int) -> tuple[Index, Index, Array]:
    """For `size` points around a ring of `count`: the one below, the one above, and the share."""
    position = (np.arange(size) + 0.5) / size * count
    low = np.floor(position).astype(int)
    t = position - low
    return low, (low + 1) % count, t * t * (3 - 2 * t)


def _mix(colours: Array, share: Array) -> Array:
    """Blend the first two colours; share 0 gives the first."""
    weight = np.clip(share, 0, 1)
    other = 1 - weight
    # A plane for each channel, since NumPy is fast on long rows.
    planes, part = np.empty((3, *weight.shape)), np.empty_like(weight, dtype=np.float64)
    for channel in range(3):
        np.multiply(other, colours[0, channel], out=planes[channel])
        planes[channel] += np.multiply(weight, colours[1, channel], out=part)
    return np.moveaxis(planes, 0, -1)


def _grain(image: Array, rng: np.random.Generator, amount: float) -> Array:
    """Fine light and dark, the same on all channels."""
    light = rng.random(image.shape[:2])
    light -= 0.5
    light *= amount
    light += 1
    for channel in range(3):
        image[..., channel] *= light
    return image


def _wood(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Growth rings cut lengthwise, grain along u."""
    _, v = _grid(size)
    bend = _noise(size, rng, (1, 4), 2)
    rings = np.sin(2 * np.pi * (v * int(rng.integers(9, 15)) + 1.5 * bend))
    fibre = _noise(size, rng, (4, 64), 2)
    cloud = _noise(size, rng, (2, 8), 2)
    share = 0.5 + 0.2 * rings + 0.6 * (fibre - 0.5) + 0.5 * (cloud - 0.5)
    return _grain(_mix(colours, share), rng, 0.05)


def _marble(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Veins where a noise field crosses its middle."""
    field = _noise(size, rng, (3, 3), 5)
    vein = np.exp(-((np.abs(field - 0.5) / 0.025) ** 1.2))
    cloud = _noise(size, rng, (4, 4), 4)
    return _mix(colours, 0.75 * vein + 0.45 * np.clip(cloud - 0.45, 0, 1))


def _speckle(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Small dots of the second colour on the first."""
    fine = _noise(size, rng, (48, 48), 2)
    cloud = _noise(size, rng, (4, 4), 3)
    dots = np.clip((fine - 0.68) / 0.05, 0, 1)
    return _mix(colours, np.maximum(dots * 0.8, 0.16 * cloud))


def _checker(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Four by four squares."""
    u, v = _grid(size)
    return _grain(_mix(colours, (np.floor(u * 4) + np.floor(v * 4)) % 2), rng, 0.03)


def _stripes(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Level bands of drawn widths."""
    _, v = _grid(size)
    count = int(rng.integers(2, 6))
    edge = np.sin(2 * np.pi * (v * count + rng.random()))
    duty = float(rng.uniform(-0.5, 0.5))
    return _grain(_mix(colours, (edge - duty) * size / (6 * count) + 0.5), rng, 0.03)


def _fabric(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """A plain weave."""
    u, v = _grid(size)
    warp, weft = np.sin(2 * np.pi * u * 24), np.sin(2 * np.pi * v * 24)
    weave = np.where((np.floor(u * 48) + np.floor(v * 48)) % 2 == 0, warp**2, weft**2)
    return _grain(_mix(colours, 0.28 * weave + 0.2 * _noise(size, rng, (32, 32), 2)), rng, 0.1)


def _brushed(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Fine scratches along u."""
    scratch = _noise(size, rng, (2, 96), 2)
    return _mix(colours, 0.5 + 1.2 * (scratch - 0.5))


def _gradient(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """A cloudy passage from one colour to the other and back."""
    _, v = _grid(size)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (v + rng.random()))
    return _mix(colours, 0.8 * wave + 0.5 * (_noise(size, rng, (5, 3), 4) - 0.5))


def _tiles(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Four by four tiles; the second colour fills the joints."""
    u, v = _grid(size)
    inside = np.minimum.reduce([u * 4 % 1, 1 - u * 4 % 1, v * 4 % 1, 1 - v * 4 % 1])
    tone = 0.9 + 0.1 * np.kron(rng.random((4, 4)), np.ones((size // 4 + 1, size // 4 + 1)))
    tone = tone[:size, :size]
    return (
        _mix(colours, inside < 0.025)
        * (tone * (0.97 + 0.06 * _noise(size, rng, (16, 16))))[..., None]
    )


def _plaster(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Uneven, matt."""
    return _grain(_mix(colours, _noise(size, rng, (6, 6), 5)), rng, 0.03)


def _wicker(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """Level strands that pass over and under upright ones; dark in the gaps."""
    u, v = _grid(size)
    rows, columns = 10, 5
    row = np.floor(v * rows)
    across = np.sin(np.pi * ((u * columns + 0.5 * (row % 2)) % 1)) ** 0.6
    round_ = np.sin(np.pi * ((v * rows) % 1)) ** 0.7
    strand = _noise(size, rng, (16, rows), 2)
    shade = 1 - across * round_ * (0.8 + 0.4 * strand)
    return _mix(colours, shade)


def _label(size: int, colours: Array, rng: np.random.Generator) -> Array:
    """A printed panel, twice around: a band, an emblem, a title and lines of small print."""
    u, v = _grid(size)
    u = u * 2 % 1
    ground, paper = colours[0], colours[-1]
    accent = colours[1 % len(colours)]
    image = np.broadcast_to(ground, (size, size, 3)).copy()
    image *= (0.92 + 0.16 * v)[..., None]
    low, high = float(rng.uniform(0.24, 0.34)), float(rng.uniform(0.62, 0.74))
    slant = float(rng.uniform(-0.12, 0.12))
    slope = slant * np.sin(2 * np.pi * u) * 0.5
    band = (v > low + slope) & (v < high + slope)
    image[band] = paper
    centre_v = float(rng.uniform(0.44, 0.52))
    emblem = _emblem((u - 0.5) * 0.8, v - centre_v, rng)
    image[emblem & band] = accent
    for line in range(int(rng.integers(2, 4))):
        _line(image, u, v, 0.17 - 0.05 * line, 0.022, paper, rng)
    _line(image, u, v, 0.84, 0.075, paper, rng, letters=9)
    _line(image, u, v, low + 0.05, 0.03, ground * 0.6, rng)
    return image


def _emblem(u: Array, v: Array, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """A disc, ring, star or leaf about the origin."""
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    kind = int(rng.integers(4))
    if kind == 0:
        inside: npt.NDArray[np.bool_] = radius < 0.11
    elif kind == 1:
        inside = (radius < 0.12) & (radius > 0.065)
    elif kind == 2:
        points = int(rng.integers(5, 9))
        inside = radius < 0.085 + 0.035 * np.cos(points * angle)
    else:
        inside = (np.abs(u) < 0.13) & (np.abs(v) < 0.075 * np.cos(u / 0.13 * np.pi / 2))
    return inside


def _line(
    image: Array, u: Array, v: Array, at: float, height: float, colour: Array,
    rng: np.random.Generator, letters: int = 26,
) -> None:  # fmt: skip
    """A line of strokes that reads as print from a distance."""
    inked = rng.random(letters) < 0.8
    inked[[0, -1]] = False
    stroke = rng.uniform(0.5, 0.9, letters)
    # U is the same in all rows, and v in all columns.
    across, up = u[0] * letters, v[:, 0]
    column = np.minimum(across.astype(int), letters - 1)
    ink = inked[column] & (across % 1 < stroke[column]) & (u[0] > 0.06) & (u[0] < 0.94)
    image[np.ix_(np.abs(up - at) < height / 2, ink)] = colour


_DRAW: dict[str, Draw] = {
    "wood": _wood,
    "marble": _marble,
    "speckle": _speckle,
    "checker": _checker,
    "stripes": _stripes,
    "fabric": _fabric,
    "brushed": _brushed,
    "gradient": _gradient,
    "label": _label,
    "tiles": _tiles,
    "plaster": _plaster,
    "wicker": _wicker,
}
