"""A check of a raw MJCF or URDF file: joints that would be lost or taken for others."""

from __future__ import annotations

from xml.etree import ElementTree

from ...schemas import AssetError

URDF_JOINTS = ("continuous", "fixed", "floating", "prismatic", "revolute")


def check_model(root: ElementTree.Element) -> None:
    """Look at the joints of a model before MuJoCo reads it.

    Raises:
        AssetError: for a joint of another type, one without the range that it needs, and joints
            that move together.
    """
    if root.tag == "robot":
        for joint in root.findall("joint"):
            _urdf_joint(joint)
        return
    for equality in root.iter("equality"):
        for element in equality:
            if element.get("active", "true") != "false":
                raise AssetError(
                    f"<equality> has a {element.tag!r}: parts that move together cannot be "
                    "imported; remove it, or let one joint be fixed"
                )


def _urdf_joint(joint: ElementTree.Element) -> None:
    name, kind = joint.get("name", ""), joint.get("type", "")
    if kind not in URDF_JOINTS:
        allowed = ", ".join(URDF_JOINTS)
        raise AssetError(f"joint {name!r} is of type {kind!r}; allowed: {allowed}")
    if joint.find("mimic") is not None:
        raise AssetError(
            f"joint {name!r} mimics another: parts that move together cannot be imported; "
            "remove <mimic>, or make the joint fixed"
        )
    limit = joint.find("limit")
    ends = [] if limit is None else [limit.get("lower"), limit.get("upper")]
    if kind == "prismatic" and not any(ends):
        raise AssetError(
            f"joint {name!r} is prismatic without a range; give its <limit> `lower` and `upper`, "
            "in metres"
        )
