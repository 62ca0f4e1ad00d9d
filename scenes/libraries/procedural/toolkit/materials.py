"""Materials that look like the real thing, drawn from small palettes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .....schemas import Material, Texture
from .....schemas.base import Rgba
from .....schemas.material import TextureKind

Rgb = tuple[float, float, float]
GLAZES: tuple[Rgb, ...] = (
    (0.93, 0.91, 0.86), (0.96, 0.96, 0.95), (0.17, 0.28, 0.42), (0.42, 0.55, 0.50),
    (0.72, 0.36, 0.27), (0.83, 0.66, 0.36), (0.20, 0.21, 0.23), (0.56, 0.65, 0.72),
    (0.78, 0.62, 0.58), (0.32, 0.42, 0.30), (0.55, 0.20, 0.20), (0.30, 0.48, 0.62),
)  # fmt: skip
WOODS: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.70, 0.52, 0.34), (0.58, 0.40, 0.24)), ((0.48, 0.31, 0.19), (0.36, 0.22, 0.13)),
    ((0.82, 0.68, 0.49), (0.73, 0.57, 0.38)), ((0.62, 0.39, 0.24), (0.50, 0.29, 0.16)),
    ((0.34, 0.24, 0.18), (0.25, 0.17, 0.12)), ((0.76, 0.63, 0.47), (0.66, 0.52, 0.36)),
)  # fmt: skip
PAINTS: tuple[Rgb, ...] = (
    (0.92, 0.91, 0.88), (0.24, 0.32, 0.38), (0.55, 0.62, 0.57), (0.80, 0.73, 0.62),
    (0.30, 0.30, 0.31), (0.60, 0.70, 0.74), (0.43, 0.22, 0.20), (0.86, 0.82, 0.74),
)  # fmt: skip
PRINTS: tuple[Rgb, ...] = (
    (0.78, 0.12, 0.14), (0.10, 0.32, 0.62), (0.96, 0.72, 0.10), (0.12, 0.48, 0.28),
    (0.90, 0.42, 0.10), (0.42, 0.18, 0.46), (0.10, 0.55, 0.62), (0.20, 0.20, 0.24),
    (0.86, 0.30, 0.46), (0.36, 0.60, 0.22),
)  # fmt: skip
METALS: tuple[Rgb, ...] = (
    (0.74, 0.75, 0.76), (0.62, 0.63, 0.64), (0.30, 0.30, 0.32), (0.78, 0.66, 0.42),
    (0.66, 0.48, 0.36),
)  # fmt: skip
CREAM: Rgb = (0.95, 0.93, 0.87)


def pick(rng: np.random.Generator, palette: Sequence[Rgb]) -> Rgb:
    """One colour of the palette, shifted a little."""
    return shade(palette[int(rng.integers(len(palette)))], float(rng.uniform(0.92, 1.06)))


def shade(colour: Rgb, factor: float) -> Rgb:
    """Lighter or darker, rounded, within [0, 1]."""
    r, g, b = (float(np.round(min(max(c * factor, 0.0), 1.0), 4)) for c in colour)
    return r, g, b


def opaque(colour: Rgb, alpha: float = 1.0) -> Rgba:
    """With an alpha."""
    return (*colour, alpha)


def plain(colour: Rgb, roughness: float = 0.5, metallic: float = 0.0) -> Material:
    """One colour."""
    return Material(rgba=opaque(colour), roughness=roughness, metallic=metallic)


def textured(
    rng: np.random.Generator,
    kind: TextureKind,
    colours: Sequence[Rgb],
    scale: float,
    roughness: float = 0.5,
    metallic: float = 0.0,
) -> Material:
    """A textured surface; `scale` is in repeats per metre, or per label."""
    texture = Texture(
        kind=kind,
        colours=tuple(opaque(c) for c in colours),
        scale=scale,
        seed=int(rng.integers(2**31)),
    )
    return Material(
        rgba=opaque(colours[0]), texture=texture, roughness=roughness, metallic=metallic
    )


def glaze(rng: np.random.Generator) -> Material:
    """Glazed stoneware: plain, speckled, banded or running."""
    colour = pick(rng, GLAZES)
    look = rng.random()
    if look < 0.4:
        return plain(colour, 0.25)
    if look < 0.75:
        return textured(rng, "speckle", (colour, shade(colour, 0.55)), 10.0, 0.3)
    other = pick(rng, GLAZES)
    kind: TextureKind = "stripes" if look < 0.87 else "gradient"
    return textured(rng, kind, (colour, other), 10.0, 0.3)


def inner_glaze(rng: np.random.Generator, outside: Material) -> Material:
    """The inside of a pot: the same, or cream."""
    return outside if rng.random() < 0.5 else plain(CREAM, 0.25)


def wood(rng: np.random.Generator) -> Material:
    """Oiled or varnished wood."""
    pair = WOODS[int(rng.integers(len(WOODS)))]
    factor = float(rng.uniform(0.9, 1.08))
    return textured(rng, "wood", tuple(shade(c, factor) for c in pair), 2.0, 0.45)


def paint(rng: np.random.Generator) -> Material:
    """Painted board."""
    return plain(pick(rng, PAINTS), 0.55)


def wood_or_paint(rng: np.random.Generator) -> Material:
    """What furniture is made of."""
    return wood(rng) if rng.random() < 0.65 else paint(rng)


def metal(rng: np.random.Generator) -> Material:
    """Brushed metal."""
    return _brushed(rng, pick(rng, METALS))


def steel(rng: np.random.Generator) -> Material:
    """Brushed stainless steel."""
    return _brushed(rng, pick(rng, METALS[:2]))


def _brushed(rng: np.random.Generator, colour: Rgb) -> Material:
    return textured(rng, "brushed", (colour, shade(colour, 0.85)), 4.0, 0.35, 0.8)


def plastic(rng: np.random.Generator) -> Material:
    """Coloured plastic."""
    return plain(pick(rng, PRINTS), 0.4)


def glass(rng: np.random.Generator) -> Material:
    """Tinted glass, opaque enough to be seen by a depth camera."""
    tints: tuple[Rgb, ...] = (
        (0.78, 0.86, 0.87), (0.60, 0.78, 0.68), (0.62, 0.74, 0.85), (0.80, 0.72, 0.60),
    )  # fmt: skip
    return Material(rgba=opaque(pick(rng, tints), 0.6), roughness=0.08)


def label(rng: np.random.Generator, colours: int = 3) -> Material:
    """A printed label over one unit of uv."""
    chosen = [PRINTS[int(k)] for k in rng.permutation(len(PRINTS))[: colours - 1]]
    paper = CREAM if rng.random() < 0.6 else (0.98, 0.98, 0.98)
    return textured(rng, "label", (*chosen, paper), 1.0, 0.5)
