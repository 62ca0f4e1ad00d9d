"""An observed scene as the YAML that a person reads, edits, and generates from."""

from __future__ import annotations

import json
from pathlib import Path

from ...schemas import AssetsSpec, ObjectSpec, Parameter
from ...schemas.base import Vec3
from .fitting import Fitted
from .observe import Observed

PLACES = ("on", "inside", "next_to")
OTHERS = ("level", "in_front_of", "facing", "aligned")


def spec_text(observed: Observed, name: str, assets: AssetsSpec) -> str:
    """A DatasetSpec in YAML whose scene is the observed one.

    Args:
        observed: from `observe`.
        name: of the dataset.
        assets: the libraries that the twins come from; folders by their full paths.
    """
    lines = [
        "# Observed from one RGB-D view. Each object's comment names its twin, and the share of",
        "# what is seen of it that the twin explains (1 is all).",
        f"name: {name}",
        *_libraries(assets),
        "scene:",
        f"  support: {observed.spec.support}"
        f"  # plane through {observed.plane.share:.0%} of the points; "
        f"depth noise {1000 * observed.noise:.1f} mm",
        f"  adjust: {observed.spec.adjust:g}  # metres a pose may shift where cousins touch",
        "  objects:",
    ]
    for thing, fitted in zip(observed.spec.objects, observed.objects, strict=True):
        lines += _object(thing, fitted)
    lines += [
        f"# Left out: {_one_line(f'{what}: {why}')}" for what, why in observed.skipped.items()
    ]
    return "\n".join(lines) + "\n"


def _libraries(assets: AssetsSpec) -> list[str]:
    """The assets section, where it is not the default."""
    if assets == AssetsSpec():
        return []
    named = [
        {"kind": one.kind}
        if one.path is None
        else {"kind": one.kind, "path": str(Path(one.path).resolve())}
        for one in assets.libraries
    ]
    section = {"libraries": named, "allow_noncommercial": assets.allow_noncommercial}
    return [f"assets: {json.dumps(section)}"]


def _object(thing: ObjectSpec, fitted: Fitted) -> list[str]:
    lines = [
        f"    - name: {thing.name}  # {fitted.asset_id}, explained {fitted.explained:.2f}",
        f"      category: {thing.category}",
    ]
    for key in (*PLACES, *OTHERS):
        value = getattr(thing, key)
        if value is not None:
            lines.append(f"      {key}: {value}")
    pose = thing.pose
    parts = [("x", pose.x), ("y", pose.y), ("yaw", pose.yaw)]
    stated = ", ".join(f"{key}: {_plain(value)}" for key, value in parts if value is not None)
    lines.append(f"      pose: {{{stated}}}")
    if thing.extents is not None:
        lines.append(f"      extents: {_list(thing.extents)}")
    if thing.joint:
        shares = ", ".join(f"{joint}: {_plain(share)}" for joint, share in thing.joint.items())
        lines.append(f"      joint: {{{shares}}}")
    return lines


def _plain(parameter: Parameter) -> str:
    """A constant as a plain number."""
    return f"{parameter.model_dump()['value']:g}"


def _list(values: Vec3) -> str:
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


def _one_line(text: str) -> str:
    return " ".join(text.split())
