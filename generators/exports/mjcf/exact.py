"""MuJoCo writes six digits; here poses, sizes and masses get all of theirs back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

_VECTORS = {
    "body": ("pos", "quat"),
    "geom": ("pos", "quat"),
    "site": ("pos", "quat"),
    "camera": ("pos", "quat"),
    "joint": ("pos", "axis", "range"),
    "key": ("qpos", "qvel", "ctrl"),
}
"""What is written again, by element, as the spec has it."""


def exact_xml(text: str, spec: Any, model: Any) -> str:
    """The XML of a spec with the numbers of it and of its compiled model, to the last digit."""
    root = ElementTree.fromstring(text)
    find: dict[str, Callable[[str], Any]] = {
        "body": spec.body,
        "geom": spec.geom,
        "site": spec.site,
        "camera": spec.camera,
        "joint": spec.joint,
        "key": spec.key,
    }
    for tag, fields in _VECTORS.items():
        for element in root.iter(tag):
            name = element.get("name")
            if name is None:
                continue
            found = find[tag](name)
            for field in fields:
                if field in element.attrib:
                    element.set(field, _numbers(getattr(found, field)))
            if tag == "body":
                _inertial(element, model.body(name))
            if tag == "geom":
                _geom(element, found)
    for element in (*root.iter("mesh"), *root.iter("texture")):
        if "file" in element.attrib:  # a part of a robot is else looked for where that lies
            element.set("file", Path(element.attrib["file"]).name)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _geom(element: Any, geom: Any) -> None:
    """The size of a geom, and that it has no mass where a default class said so."""
    if not geom.meshname and "size" in element.attrib:
        count = len(element.attrib["size"].split())
        element.set("size", _numbers(geom.size[:count]))
    if geom.mass == 0:
        element.set("mass", "0")


def _inertial(element: Any, found: Any) -> None:
    """The mass of a body, as it is in the compiled model."""
    inertial = element.find("inertial")
    if inertial is not None:
        inertial.attrib.clear()
        inertial.set("pos", _numbers(found.ipos))
        inertial.set("quat", _numbers(found.iquat))
        inertial.set("mass", _numbers(found.mass))
        inertial.set("diaginertia", _numbers(found.inertia))


def _numbers(values: Any) -> str:
    return " ".join(repr(float(value)) for value in np.asarray(values).ravel())
