"""The textures that models name for their materials: picture files or plain colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...schemas import AssetError
from .opened import note, opening_picture
from .pictures import ReadPicture, read_picture

WITHOUT = "the asset is shown without it"


@dataclass(frozen=True)
class Paint:
    """The look of a material's texture: an image file, or a plain colour in [0, 1]."""

    image: Path | None = None
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)


def mean_colour(paint: Paint) -> tuple[float, float, float]:
    """The mean of an image's pixels that are not transparent, in [0, 1], or the plain colour.

    An image that cannot be read gives the plain colour, with a note.
    """
    picture = picture_of(paint)
    if picture is None:
        return paint.rgb
    weight = picture.pixels[..., 3:].astype("int64")
    total = int(weight.sum())
    if not total:
        return paint.rgb
    r, g, b = (picture.pixels[..., :3] * weight).sum(axis=(0, 1)) / (255 * total)
    return float(r), float(g), float(b)


def picture_of(paint: Paint) -> ReadPicture | None:
    """The picture of a texture; None where it has none or, with a note, it cannot be read."""
    if paint.image is None:
        return None
    try:
        facts = opening_picture(paint.image).stat()
    except OSError as error:
        note(f"texture file {paint.image} cannot be read ({error.strerror}); {WITHOUT}")
        return None
    except AssetError as error:
        note(f"{error}; {WITHOUT}")
        return None
    try:
        return _read(paint.image, facts.st_mtime_ns, facts.st_size)
    except AssetError as error:
        note(f"texture file {paint.image} {error}; {WITHOUT}")
    return None


@lru_cache(maxsize=4)
def _read(path: Path, _modified: int, _size: int) -> ReadPicture:
    return read_picture(path.read_bytes())
