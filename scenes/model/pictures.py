"""Pictures in MuJoCo's models: an asset's images as textures whose names say how they lie.

MuJoCo's materials know no modes of wrapping and of alpha; the names of their textures do.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

import mujoco
import numpy as np
import numpy.typing as npt

from ...schemas import Asset, AssetError, ImageTexture
from ...schemas.material import AlphaMode, Wrap

PREFIX = "picture"
MOST_SIDE = 4096
"""Pixels along a side of an image: what an import makes has fewer."""
Pixels = npt.NDArray[np.uint8]
_WRAPS: dict[str, Wrap] = {mode: mode for mode in get_args(Wrap)}
_ALPHAS: dict[str, AlphaMode] = {mode: mode for mode in get_args(AlphaMode)}


@dataclass(frozen=True)
class Laid:
    """How a picture lies: see `ImageTexture`."""

    wrap: tuple[Wrap, Wrap]
    alpha: AlphaMode

    @property
    def number(self) -> int:
        """All of it as one number: alpha, then wrap along v, then along u, each of two bits."""
        u, v = (list(_WRAPS).index(mode) for mode in self.wrap)
        return u + 4 * v + 16 * list(_ALPHAS).index(self.alpha)


def image_pixels(asset: Asset, digest: str) -> Pixels:
    """An image of an asset, (H, W, 3) or, where it has alpha, (H, W, 4); row 0 is at v = 1.

    The array is shared and cannot be written to.

    Raises:
        AssetError: it is no PNG file, or too large.
    """
    return _decoded(asset.image_bytes(digest))


@lru_cache(maxsize=16)
def _decoded(raw: bytes) -> Pixels:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=("PNG",)) as image:
            if max(image.size) > MOST_SIDE:
                raise AssetError(f"an image of {image.size} pixels; allowed: {MOST_SIDE} a side")
            found = np.array(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
    except AssetError:
        raise
    except Exception as error:  # decoders raise whatever their format trips over
        raise AssetError(f"an image cannot be read: {error}") from error
    found.setflags(write=False)
    return found


def add_picture(spec: Any, asset: Asset, picture: ImageTexture) -> str:
    """Add the texture of a picture to a spec, unless it is there; gives its name."""
    u, v = picture.wrap
    name = f"{PREFIX}/{picture.image}/{u}-{v}-{picture.alpha}"
    if spec.texture(name) is not None:
        return name
    image = image_pixels(asset, picture.image)[::-1]  # MuJoCo puts row 0 at v = 0
    texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D)
    texture.height, texture.width, texture.nchannel = image.shape
    texture.data = np.ascontiguousarray(image).tobytes()
    return name


def laid(model: Any, texture: int) -> Laid | None:
    """How a model's texture lies; None for a procedural one, or -1."""
    if texture < 0:
        return None
    parts = str(model.tex(texture).name).split("/")
    if len(parts) != 3 or parts[0] != PREFIX:
        return None
    u, v, alpha = parts[2].split("-")
    return Laid((_WRAPS[u], _WRAPS[v]), _ALPHAS[alpha])


def texture_pixels(model: Any, texture: int) -> Pixels:
    """A texture of a model, (H, W, 3) or (H, W, 4); row 0 is at v = 0."""
    shape = (model.tex_height[texture], model.tex_width[texture], model.tex_nchannel[texture])
    start = model.tex_adr[texture]
    raw = np.asarray(model.tex_data[start : start + int(np.prod(shape))])
    return np.ascontiguousarray(raw.reshape(shape))
