"""Refuses models that say a part weighs nothing: no simulator can move it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from ....schemas import AssetError


def check_masses(path: Path, notes_file: str) -> None:
    """Look at the masses that a MJCF or URDF file states.

    Args:
        path: of the file; what cannot be read as XML is left to its reader.
        notes_file: the file in which the message says to set `mass`.

    Raises:
        AssetError: where a part that can be seen or touched states a mass of zero or less.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, OSError, UnicodeError):
        return
    for part in root.iter("link" if root.tag == "robot" else "body"):
        stated = part.find("./inertial/mass")
        text = None if stated is None else stated.get("value")
        if root.tag == "mujoco":
            inertial = part.find("./inertial")
            text = None if inertial is None else inertial.get("mass")
        shown = any(part.find(tag) is not None for tag in ("visual", "collision", "geom"))
        if text is not None and shown and _number(text) <= 0:
            raise AssetError(
                f"{part.get('name', 'a part')!r} states a mass of {text} kg; give it one above 0, "
                f"or set `mass` of the whole in {notes_file}"
            )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
