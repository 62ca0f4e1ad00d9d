"""What is seen through windows: sky over hills, trees and houses, out of focus."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SIZE = 128
"""Width and height, pixels."""
_SKIES = (
    ((0.42, 0.62, 0.92), (0.86, 0.93, 1.0)),
    ((0.70, 0.78, 0.88), (0.92, 0.94, 0.96)),
    ((0.62, 0.68, 0.76), (0.98, 0.88, 0.76)),
)
"""At the top and at the horizon."""
_WALLS = ((0.72, 0.62, 0.52), (0.62, 0.42, 0.34), (0.80, 0.78, 0.74), (0.50, 0.54, 0.60))


@lru_cache(maxsize=64)
def outdoors(seed: int) -> npt.NDArray[np.uint8]:
    """A view (SIZE, SIZE, 3), display values; row 0 is the top. It cannot be written to."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, SIZE)))
    up = (np.arange(SIZE)[::-1, None] + 0.5) / SIZE
    across = (np.arange(SIZE)[None, :] + 0.5) / SIZE
    top, bottom = (np.array(tone) for tone in _SKIES[int(rng.integers(len(_SKIES)))])
    horizon = float(rng.uniform(0.25, 0.5))
    height = np.clip((up - horizon) / (1 - horizon), 0, 1)[..., None]
    view = np.broadcast_to(bottom + (top - bottom) * height**0.7, (SIZE, SIZE, 3)).copy()
    clouds = np.clip(_waves(across, up * 3, rng) - 0.2, 0, 1)[..., None] * (up > horizon)[..., None]
    view += (1.0 - view) * 0.8 * clouds
    for depth in range(3):
        ridge = horizon + 0.10 - 0.06 * depth + 0.05 * _ridge(across, rng)
        haze = 0.55 - 0.2 * depth
        green = np.array([0.30, 0.42, 0.24]) * rng.uniform(0.7, 1.2)
        view[up[:, 0, None] < ridge] = green * (1 - haze) + bottom * haze
    if rng.random() < 0.5:
        _houses(view, horizon, rng)
    _trees(view, across, up, horizon, rng)
    pixels = np.rint(np.clip(_soft(view), 0, 1) * 255).astype(np.uint8)
    pixels.setflags(write=False)
    return pixels


def _waves(across: Array, up: Array, rng: np.random.Generator) -> Array:
    """Drifting bands (SIZE, SIZE) about 0."""
    found = np.zeros((SIZE, SIZE))
    for octave in range(1, 5):
        turn, shift = rng.uniform(-0.6, 0.6), rng.uniform(0, 2 * np.pi)
        wave = 2 * np.pi * octave * (across * np.cos(turn) + up * np.sin(turn) * 1.6)
        found += np.sin(wave + shift + 1.3 * np.sin(2.1 * wave)) / octave
    return found / 2


def _ridge(across: Array, rng: np.random.Generator) -> Array:
    """A skyline (1, SIZE) about 0."""
    return np.asarray(
        sum(
            np.sin(2 * np.pi * (k * across + rng.uniform())) * rng.uniform(0.4, 1.0) / k
            for k in range(1, 5)
        )
    )


def _houses(view: Array, horizon: float, rng: np.random.Generator) -> None:
    """A row of houses with windows, drawn into the view."""
    foot = SIZE - round(SIZE * (horizon - 0.08))
    at = int(rng.integers(-10, 10))
    while at < SIZE:
        wide, tall = int(rng.integers(16, 34)), int(rng.integers(16, 40))
        wall = np.array(_WALLS[int(rng.integers(len(_WALLS)))])
        left, right = max(at, 0), min(at + wide, SIZE)
        if right > left:
            view[max(foot - tall, 0) : foot, left:right] = wall
            view[max(foot - tall, 0) : max(foot - tall + 3, 0), left:right] = 0.6 * wall
            for row in range(foot - tall + 6, foot - 4, 9):
                for column in range(left + 3, right - 4, 8):
                    view[row : row + 5, column : column + 4] = 0.35 * wall
        at += wide + int(rng.integers(0, 12))


def _trees(view: Array, across: Array, up: Array, horizon: float, rng: np.random.Generator) -> None:
    """Round crowns before all else, drawn into the view."""
    for _ in range(int(rng.integers(2, 7))):
        x, y = rng.uniform(0, 1), horizon + rng.uniform(-0.16, 0.06)
        for _ in range(9):
            radius = rng.uniform(0.03, 0.07)
            place = (x + rng.normal(0, 0.05), y + rng.normal(0, 0.05))
            inside = np.hypot(across - place[0], up - place[1]) < radius
            view[inside] = np.array([0.20, 0.34, 0.15]) * rng.uniform(0.6, 1.3)


def _soft(view: Array) -> Array:
    """The view out of focus: a box of five pixels, twice."""
    for _ in range(2):
        for axis in (0, 1):
            wide = np.pad(view, [(2, 2) if k == axis else (0, 0) for k in range(3)], mode="edge")
            view = np.mean([np.take(wide, range(k, k + SIZE), axis) for k in range(5)], axis=0)
    return view
