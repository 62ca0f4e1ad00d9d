"""What a line of an MTL file says of a picture: options, then the name of its file."""

from __future__ import annotations

from dataclasses import dataclass

from .placings import CLAMP, PLAIN, REPEAT, PicturePlacing

_NUMBERS = ("-o", "-s", "-t")
"""Options that one to three numbers follow."""
_WORDS = {
    "-blendu": 1, "-blendv": 1, "-boost": 1, "-mm": 2, "-texres": 1, "-clamp": 1, "-bm": 1,
    "-imfchan": 1, "-type": 1,
}  # fmt: skip
"""How many words follow the others."""


@dataclass(frozen=True)
class NamedPicture:
    """The file, as it is written, and how the picture lies."""

    name: str
    placing: PicturePlacing = PLAIN


def named_picture(text: str) -> NamedPicture:
    """Read what follows `map_Kd`."""
    rest = text.strip()
    told: dict[str, list[str]] = {}
    while rest.startswith("-"):
        option, _, behind = rest.partition(" ")
        key = option.lower()
        if key not in (*_NUMBERS, *_WORDS):
            break
        most = 3 if key in _NUMBERS else _WORDS[key]
        told[key] = []
        behind = behind.lstrip()
        while len(told[key]) < most:
            word, _, after = behind.partition(" ")
            if not after or (key in _NUMBERS and not _is_number(word)):
                break
            told[key].append(word)
            behind = after.lstrip()
        rest = behind
    return NamedPicture(rest, _placing(told)) if told else NamedPicture(rest)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _placing(told: dict[str, list[str]]) -> PicturePlacing:
    """MTL scales and moves coordinates whose v points up."""
    scale = [*map(float, told.get("-s", [])), 1.0, 1.0][:2]
    offset = [*map(float, told.get("-o", [])), 0.0, 0.0][:2]
    mode = CLAMP if told.get("-clamp", [""])[0].lower() == "on" else REPEAT
    down = 1.0 - scale[1] - offset[1]
    return PicturePlacing((offset[0], down), (scale[0], scale[1]), 0.0, (mode, mode))
