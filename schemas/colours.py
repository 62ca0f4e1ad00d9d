"""Colours by name."""

from __future__ import annotations

from .base import Rgba

NAMED = {
    "white": "#f2f2f0", "grey": "#8c8c8c", "black": "#1e1e1e", "red": "#b8312f",
    "orange": "#d9772b", "yellow": "#e0b83c", "green": "#3f8f4f", "teal": "#2f8f8a",
    "blue": "#2f5fae", "purple": "#6f4aa0", "pink": "#d98aa8", "brown": "#7a5236",
}  # fmt: skip
"""Display colours."""
HELP = f"`#rrggbb` or one of {', '.join(NAMED)}"


def is_colour(text: str) -> bool:
    """Whether it names a colour."""
    digits = NAMED.get(text, text)
    return (
        len(digits) == 7 and digits[0] == "#" and set(digits[1:].lower()) <= set("0123456789abcdef")
    )


def rgba(text: str, alpha: float = 1.0) -> Rgba:
    """The display colour of a name or of `#rrggbb`."""
    digits = NAMED.get(text, text)
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue, alpha
