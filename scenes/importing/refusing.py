"""Turns numbers and names that no asset can have into a reason to refuse a file."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from pydantic import ValidationError

from ...schemas import AssetError

SHOWN = 60
"""Characters of a value that a message shows."""


@contextmanager
def as_asset() -> Generator[None]:
    """Inside, an asset is put together from what a file says.

    Raises:
        AssetError: where the file says what no asset can have, such as a place that is no number.
    """
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        value = repr(first["input"])[:SHOWN]
        raise AssetError(
            f"it cannot be an asset: {error.title}.{place} is {value}: {first['msg']}"
        ) from error
