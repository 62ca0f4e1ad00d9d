"""Edits of documents: JSON values and XML elements replaced, removed, doubled, or moved."""

from __future__ import annotations

import copy
import json
import random
from typing import Any
from xml.etree import ElementTree

from cousins.schemas.plain import is_list, is_mapping

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 2**31, 2**63, -(2**63) - 1, 10**30, 10**400, 1.5, -0.5, 1e308,
    -1e308, 1e-320, float("nan"), float("inf"), "", " ", "a", "\x00", "é", "../x", "/etc/passwd",
    "a" * 5000, "data:,x", "data:application/octet-stream;base64,AAAA", [], {}, [None], [[]], [{}],
    [0], [1e308] * 16, [0] * 3, [-1, 2], {"a": 1}, {"": None}, {"extensions": {}}, "nan", "1e999",
]  # fmt: skip
"""Values that readers may not expect."""
WORDS = [
    "", " ", "0", "-1", "1", "0 0 0", "1 1 1", "0 0", "nan", "nan nan nan", "inf 0 0", "1e308 1 1",
    "1e-320 0 0", "9" * 400, "a", "\u00e9", "x/y", "/dev/zero", "a" * 5000, "true", "false", "auto",
    "1 2 3 4 5 6 7 8 9", "package://x/y.obj", "file:///etc/passwd", "model.obj", "0.05", "1 1 1 1",
    "mesh", "box", "sphere", "capsule", "cylinder", "ellipsoid", "plane", "hfield", "sdf", "main",
    "ball", "free", "hinge", "slide", "revolute", "prismatic", "fixed", "continuous", "floating",
    "planar",
]  # fmt: skip
"""Attributes that readers may not expect."""
Path = tuple[Any, ...]


def places(data: Any, path: Path = ()) -> list[Path]:
    """The paths of all values in nested lists and mappings."""
    found: list[Path] = [path] if path else []
    if is_mapping(data):
        items = list(data.items())
    elif is_list(data):
        items = list(enumerate(data))
    else:
        items = []
    for key, value in items:
        found += places(value, (*path, key))
    return found


def at(data: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        data = data[step]
    return data


def edit(data: Any, path: Path, action: str, value: Any) -> None:
    """Change the value at a path, in place: `set`, `cut`, `double`, or `name` its key anew."""
    inside, last = at(data, path[:-1]), path[-1]
    match action:
        case "cut":
            del inside[last]
        case "double" if is_list(inside):
            inside.append(copy.deepcopy(inside[last]))
        case "name" if is_mapping(inside):
            inside[str(value)[:30]] = inside.pop(last)
        case _:
            inside[last] = copy.deepcopy(value)


def edited_json_text(text: str, rng: random.Random) -> str:
    """A JSON text with one to three values changed; one that is none is cut at a random place."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text[: rng.randrange(len(text) + 1)]
    for _ in range(rng.choice((1, 1, 2, 3))):
        known = places(data)
        if not known:
            return json.dumps(rng.choice(ODD))
        path = rng.choice(known)
        value = at(data, rng.choice(known)) if rng.random() < 0.3 else rng.choice(ODD)
        value = _near(at(data, path), rng) if rng.random() < 0.3 else value
        edit(data, path, rng.choice(("set", "set", "set", "cut", "double", "name")), value)
    return json.dumps(data)


def _near(value: Any, rng: random.Random) -> Any:
    """A value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice((-1, 1, 7, 1000))
    if isinstance(value, float):
        return value * rng.choice((-1.0, 0.0, 1e-6, 1e6))
    if isinstance(value, str):
        return value[: rng.randrange(len(value) + 1)]
    if is_list(value):
        return value[: rng.randrange(len(value) + 1)] * rng.choice((1, 2))
    return None


Element = ElementTree.Element


def edited_xml_text(text: str, rng: random.Random) -> str:
    """An XML text with one to three elements changed; one that is none is cut somewhere."""
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return text[: rng.randrange(len(text) + 1)]
    for _ in range(rng.choice((1, 1, 2, 3))):
        elements = list(root.iter())
        element, other = rng.choice(elements), rng.choice(elements)
        edit_element(root, element, other, rng.randrange(6), rng.random(), rng.choice(WORDS))
    return ElementTree.tostring(root, encoding="unicode")


def edit_element(
    root: Element, element: Element, other: Element, action: int, share: float, word: str
) -> None:
    """Change an element in place.

    Args:
        root: of the document.
        element: what is changed.
        other: an element of the same document.
        action: 0 to 2 change an attribute, 3 removes it, 4 copies `element` into `other`,
            5 removes it, and 6 gives it the tag of the other.
        share: chooses among the attributes, in [0, 1).
        word: the new value of the attribute.
    """
    keys = sorted({*element.keys(), *other.keys()})
    key = keys[int(share * len(keys))] if keys else "name"
    match action:
        case 3:
            element.attrib.pop(key, None)
        case 4 if element is not root:
            other.append(copy.deepcopy(element))
        case 5:
            for parent in root.iter():
                if element in list(parent):
                    parent.remove(element)
                    return
        case 6:
            element.tag = other.tag
        case 2:
            element.set(key, other.get(key, word))
        case _:
            element.set(key, word)
