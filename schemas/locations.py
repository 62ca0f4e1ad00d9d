"""Places in a spec: how they are written, and errors that carry one as data."""

from __future__ import annotations

from typing import Final

from pydantic_core import PydanticCustomError

Loc = tuple[str | int, ...]
"""Keys and list indices, from the outermost."""
MISPLACED: Final = "misplaced"
"""Type of the errors that `misplaced` makes."""


def dotted(loc: Loc) -> str:
    """A location as a person writes it, such as `scene.objects[1].category`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def misplaced(text: str, *place: str | int) -> PydanticCustomError:
    """An error of a validator, with the place that it means.

    Args:
        text: the value, and what is allowed.
        place: below the validated model; empty where it is the model itself.
    """
    where = f"{dotted(place)}: " if place else ""
    context = {"where": where, "text": text, "place": place}
    return PydanticCustomError(MISPLACED, "{where}{text}", context)
