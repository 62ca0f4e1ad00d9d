"""Thumbnails as data URIs, kept in the cache folder by the asset's content."""

from __future__ import annotations

import base64
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from ...scenes.core.cache import cache_folder
from ...schemas import Asset

SIZE = 176
"""Pixels of a side."""
OPENINGS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of their ranges at which joints are shown, side by side in one image."""
QUALITY = 80
LOOK = 1
"""Raised when pictures of the same asset come out differently."""


def thumbnail(digest: str, load: Callable[[], Asset]) -> str:
    """A WebP data URI of an asset.

    One square picture, or for an asset with joints a strip of one for each of `OPENINGS`.

    Args:
        digest: the asset's content hash.
        load: gives the asset; called where there is no picture of it yet.

    Raises:
        RenderError: where it must be drawn and nothing can be.
    """
    path = cache_folder() / "thumbnails" / f"{digest[:24]}-{SIZE}-{LOOK}.webp"
    data = _stored(path)
    if data is None:
        data = _draw(load())
        _store(path, data)
    return "data:image/webp;base64," + base64.b64encode(data).decode()


def _stored(path: Path) -> bytes | None:
    """A stored picture; None where there is none or it is not whole, as its header tells."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    whole = data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 == len(data)
    return data if whole else None


def _draw(asset: Asset) -> bytes:
    from .studio import pictures

    tiles = pictures(asset, SIZE, OPENINGS if asset.joints else (0.0,))
    stream = io.BytesIO()
    Image.fromarray(np.hstack(tiles)).save(stream, "WEBP", quality=QUALITY, method=4)
    return stream.getvalue()


def _store(path: Path, data: bytes) -> None:
    """A whole file, renamed into place; where that fails, the picture is drawn again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            file.write(data)
        os.replace(file.name, path)
    except OSError:
        return
