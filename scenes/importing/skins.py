"""Pictures as they lie on faces, and the materials that faces come to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...schemas import ImageTexture, Material
from ...schemas.material import AlphaMode, Wrap
from ..core.geometry import Array
from .colours import MOST, materials_of
from .opened import note
from .pictures import Pixels, ReadPicture, filled, png_bytes, shrunk
from .solids import Index

MOST_TEXELS = 4 * 1024 * 1024
"""Pixels of all pictures of one asset together; beyond it the largest are halved."""
HALF = 128
"""Alpha from which on what is cut out by a mask is seen."""
CLEAN, SOFT = 0.95, 16
"""A picture cuts out, instead of blending, where this share of its alpha is so near to its ends."""
REPEATING: tuple[Wrap, Wrap] = ("repeat", "repeat")


@dataclass(frozen=True)
class LaidPicture:
    """A picture and how it goes on beyond its edges.

    Attributes:
        picture: its pixels; alpha is 255 where it is opaque.
        wrap: along u and v.
        alpha: what its alpha does.
    """

    picture: ReadPicture
    wrap: tuple[Wrap, Wrap] = REPEATING
    alpha: AlphaMode = "opaque"

    @property
    def key(self) -> tuple[str, tuple[Wrap, Wrap], AlphaMode]:
        """Equal for equal skins."""
        return self.picture.digest, self.wrap, self.alpha


@dataclass(frozen=True)
class Coat:
    """What faces look like.

    Attributes:
        looks: (M, 6) red, green, blue, alpha, roughness, metallic of each face, in [0, 1]; colours
            are factors on the picture where there is one.
        skins: pictures.
        skin: (M,) index of each face's picture; -1 for none.
        uv: texture coordinates of each face's corners, (M, 3, 2), v upward, zero without a picture;
            None where no face has one.
    """

    looks: Array
    skins: tuple[LaidPicture, ...]
    skin: Index
    uv: Array | None

    @classmethod
    def plain(cls, looks: Array) -> Coat:
        """Faces without pictures."""
        return cls(looks, (), np.full(len(looks), -1), None)

    @classmethod
    def skinned(cls, looks: Array, skin: LaidPicture, uv: Array) -> Coat:
        """Faces that all show one picture."""
        return cls(looks, (skin,), np.zeros(len(looks), dtype=np.int64), uv)

    def taken(self, rows: Index) -> Coat:
        """Those of some faces, in that order."""
        uv = None if self.uv is None else self.uv[rows]
        return replace(self, looks=self.looks[rows], skin=self.skin[rows], uv=uv)


def joined(coats: Sequence[Coat]) -> Coat:
    """The coats of several meshes one after the other; equal pictures become one."""
    skins: dict[tuple[object, ...], LaidPicture] = {}
    indices: list[Index] = []
    for coat in coats:
        for skin in coat.skins:
            skins.setdefault(skin.key, skin)
        places = np.array([*(list(skins).index(skin.key) for skin in coat.skins), -1])
        indices.append(places[coat.skin])
    uv = [np.zeros((len(c.looks), 3, 2)) if c.uv is None else c.uv for c in coats] if skins else []
    return Coat(
        np.concatenate([coat.looks for coat in coats]),
        tuple(skins.values()),
        np.concatenate(indices),
        np.concatenate(uv) if uv else None,
    )


def skin_of(
    picture: ReadPicture, wrap: tuple[Wrap, Wrap] = REPEATING, *, mode: str = "OPAQUE",
    cutoff: float = 0.5, factor: Array | None = None,
) -> LaidPicture:  # fmt: skip
    """A picture with what its material says of it worked into its pixels.

    Args:
        picture: the pixels.
        wrap: along u and v.
        mode: `OPAQUE`, `MASK` or `BLEND`, as glTF has them; the last where nothing is said.
        cutoff: alpha, times the factor's, below which a mask cuts out.
        factor: (4,) red, green, blue in linear light, and alpha; None for none.
    """
    pixels = picture.pixels.copy()
    if factor is not None:
        for channel in range(3):
            pixels[..., channel] = _times(float(factor[channel]))[pixels[..., channel]]
    share = 1.0 if factor is None else float(factor[3])
    alpha: AlphaMode = "opaque"
    if mode == "MASK":
        seen = pixels[..., 3] * (share / 255) >= cutoff
        pixels[..., 3] = np.where(seen, 255, 0)
        alpha = "opaque" if seen.all() else "mask"
    elif mode == "BLEND" and int(pixels[..., 3].min()) < 255:
        ends = (pixels[..., 3] <= SOFT) | (pixels[..., 3] >= 255 - SOFT)
        alpha = "mask" if ends.mean() >= CLEAN else "blend"
    if alpha == "opaque":
        pixels[..., 3] = 255
    return LaidPicture(ReadPicture.of(filled(pixels)), wrap, alpha)


def _times(factor: float) -> Pixels:
    """(256,) uint8 sRGB values times a factor of linear light."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) * factor
    light = np.clip(light, 0.0, 1.0)
    shown = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    )
    table: Pixels = np.clip(np.round(255 * shown), 0, 255).astype(np.uint8)
    return table


def shows_a_picture(picture: ReadPicture, uv: Array, colours: Array) -> bool:
    """Whether plain colours would not do: not for a picture of one colour, or few points of it.

    Args:
        picture: on the faces.
        uv: (M, 3, 2) of their corners.
        colours: (M, ...) what each shows at its middle.
    """
    if (picture.pixels == picture.pixels[0, 0]).all():
        return False
    if float(np.ptp(uv, axis=1).max(initial=0.0)) > 1e-6:
        return True
    return len(np.unique(np.round(colours, 3), axis=0)) > MOST


@dataclass(frozen=True)
class Looks:
    """The materials of an asset.

    Attributes:
        materials: in order.
        images: PNG files as base64, by SHA-256.
        index: (M,) the material of each face.
        pictured: which materials have a picture.
    """

    materials: tuple[Material, ...]
    images: dict[str, str]
    index: Index
    pictured: frozenset[int]


def looks_of(coat: Coat) -> Looks:
    """The few materials of faces: those without a picture, then those of each picture."""
    if not coat.skins:
        materials, index = materials_of(coat.looks)
        return Looks(materials, {}, index, frozenset())
    made: list[Material] = []
    images: dict[str, str] = {}
    index = np.zeros(len(coat.looks), dtype=np.int64)
    pictured: set[int] = set()
    small = within_budget([skin.picture for skin in coat.skins])
    for number in (-1, *range(len(coat.skins))):
        mine = coat.skin == number
        if not mine.any():
            continue
        materials, own = materials_of(coat.looks[mine])
        index[mine] = own + len(made)
        if number >= 0:
            skin = coat.skins[number]
            raw = png_bytes(small[number].pixels)
            digest = hashlib.sha256(raw).hexdigest()
            images[digest] = base64.b64encode(raw).decode()
            picture = ImageTexture(image=digest, wrap=skin.wrap, alpha=skin.alpha)
            materials = tuple(one.model_copy(update={"picture": picture}) for one in materials)
            pictured |= set(range(len(made), len(made) + len(materials)))
        made += materials
    return Looks(tuple(made), images, index, frozenset(pictured))


def within_budget(pictures: Sequence[ReadPicture]) -> list[ReadPicture]:
    """The pictures, the largest halved until all together have no more than MOST_TEXELS pixels."""
    from PIL import Image

    sizes = [max(picture.pixels.shape[:2]) for picture in pictures]
    areas = [picture.pixels.size // 4 for picture in pictures]
    wanted = list(sizes)
    while sum(areas) > MOST_TEXELS:
        largest = max(range(len(areas)), key=lambda k: (areas[k], -k))
        wanted[largest] = max(1, wanted[largest] // 2)
        areas[largest] //= 4
    if wanted == sizes:
        return list(pictures)
    note(f"its pictures are reduced to {MOST_TEXELS:,} pixels together")
    found: list[ReadPicture] = []
    for picture, was, side in zip(pictures, sizes, wanted, strict=True):
        small = picture
        if side < was:
            image = shrunk(Image.fromarray(picture.pixels), side)
            small = ReadPicture.of(filled(np.array(image)))
        found.append(small)
    return found
