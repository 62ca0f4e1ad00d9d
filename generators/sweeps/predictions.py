"""A user's predictions in COCO's results format, read and checked."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ...schemas import SpecError
from ...schemas.plain import is_list, is_mapping

NEEDED = ("image_id", "category_id", "score")


def read_predictions(path: Path) -> list[dict[str, Any]]:
    """The predictions in a file.

    Raises:
        SpecError: it is no list of predictions; the message names the first that is none, and why.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SpecError(f"{path} is not there") from error
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} is no JSON file: {error}") from error
    if not is_list(raw):
        raise SpecError(f"{path}: expected a list of predictions, as COCO's results format has it")
    for number, item in enumerate(raw):
        fault = _fault(item)
        if fault is not None:
            raise SpecError(f"{path}: prediction {number} {fault}")
    return raw


def _fault(item: object) -> str | None:
    """The fault of a prediction, if it has one."""
    if not is_mapping(item) or not set(NEEDED) <= item.keys():
        return f"lacks one of {', '.join(sorted(NEEDED))}"
    if not {"bbox", "segmentation"} & item.keys():
        return "has neither bbox nor segmentation"
    if not _number(item["score"]):
        return f"has the score {item['score']!r}; expected a number"
    if isinstance(item["category_id"], bool) or not isinstance(item["category_id"], int):
        return f"has the category_id {item['category_id']!r}; expected a whole number"
    box = item.get("bbox")
    if "bbox" in item and not _box(box):
        return f"has the bbox {box!r}; expected [x, y, width, height], the last two not below 0"
    if "segmentation" in item and not _mask(item["segmentation"]):
        return "has no valid segmentation; expected polygons, or {size: [height, width], counts}"
    return None


def _number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _box(value: object) -> bool:
    if not is_list(value) or len(value) != 4 or not all(map(_number, value)):
        return False
    return bool(value[2] >= 0 and value[3] >= 0)


def _mask(value: object) -> bool:
    """Whether it is polygons, or run lengths that fill their size."""
    if is_list(value):
        return bool(value) and all(
            is_list(ring) and len(ring) >= 6 and len(ring) % 2 == 0
            and all(map(_number, ring))
            for ring in value
        )  # fmt: skip
    if not is_mapping(value) or not {"size", "counts"} <= value.keys():
        return False
    size, counts = value["size"], value["counts"]
    if not is_list(size) or len(size) != 2:
        return False
    if not all(isinstance(side, int) and not isinstance(side, bool) and side > 0 for side in size):
        return False
    if is_list(counts):
        runs = [run for run in counts if isinstance(run, int) and run >= 0]
        return len(runs) == len(counts) and sum(runs) == size[0] * size[1]
    return isinstance(counts, str) and _run_lengths(counts) == size[0] * size[1]


def _run_lengths(text: str) -> int | None:
    """How many pixels COCO's compressed run lengths cover; None where they are none.

    Each run is written in digits of 5 bits from `0`, a further bit saying that more follow; from
    the fourth on as the difference to the last but one (pycocotools, `rleFrString`).
    """
    runs: list[int] = []
    value, shift = 0, 0
    for letter in text:
        digit = ord(letter) - 48
        if not 0 <= digit < 64:
            return None
        value |= (digit & 0x1F) << shift
        shift += 5
        if digit & 0x20:
            continue
        if digit & 0x10:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        if runs[-1] < 0:
            return None
        value, shift = 0, 0
    return sum(runs) if shift == 0 else None
