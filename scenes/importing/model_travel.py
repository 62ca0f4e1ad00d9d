"""Keeps links clear of each other: thin overlaps are cut off, and ranges end at a contact."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import Asset, Link, Shape
from ..core.geometry import Array, rotation, vec3
from ..model.asset_model import Copy, add_asset, add_resources

STEPS = 40
DEEP = 0.0008
"""Penetration from which links count as running into each other, metres."""
LEAST = 0.5
"""A joint that cannot open this share of its range is left alone: its trial will say why."""
TRIMS = 4
MAX_TRIM = 0.012
"""A closed link whose boxes reach deeper than this into others, in metres, is left alone."""
GAP = 0.0005
THIN = 0.003
"""What must be left of a trimmed box, metres."""
ALONG = 0.99
"""Cosine from which a contact's normal counts as an axis of a box."""


def with_free_travel(asset: Asset) -> Asset:
    """The asset with links that overlap when closed trimmed, and ranges cut where they collide.

    Files often let a closed door or drawer overlap its frame by some millimetres, which their
    own simulations ignore. Only boxes are trimmed, the smaller of two.
    """
    if not asset.joints:
        return asset
    for _ in range(TRIMS):
        trimmed = _trimmed(asset)
        if trimmed is asset:
            break
        asset = trimmed
    model = _model(asset)
    if model is None:
        return asset
    data = mujoco.MjData(model)
    links: list[Link] = []
    for link in asset.links:
        if link.joint is not None:
            address = int(model.joint(f"thing/{link.joint.name}").qposadr[0])
            share = _free_share(model, data, address, link.joint.limits[1])
            if LEAST <= share < 1:
                limits = (0.0, round(link.joint.limits[1] * share, 5))
                joint = link.joint.model_copy(update={"limits": limits})
                link = link.model_copy(update={"joint": joint})
        links.append(link)
    return asset.model_copy(update={"links": tuple(links)})


def _model(asset: Asset) -> mujoco.MjModel | None:
    """The asset alone, or None where MuJoCo refuses it, of which its trial tells."""
    spec = mujoco.MjSpec()
    try:
        add_resources(spec, "asset", asset, "physics")
        placed = Copy("thing", "asset", (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), asset.fixed)
        add_asset(spec, placed, asset, "physics")
        return spec.compile()
    except ValueError:
        return None


def _free_share(model: Any, data: Any, address: int, reach: float) -> float:
    """The share of the range, in steps, up to which there is no deep contact."""
    for step in range(STEPS + 1):
        mujoco.mj_resetData(model, data)
        data.qpos[address] = reach * step / STEPS
        mujoco.mj_fwdPosition(model, data)
        if float(np.min(data.contact.dist, initial=0.0)) < -DEEP:
            return max(step - 1, 0) / STEPS
    return 1.0


def _trimmed(asset: Asset) -> Asset:
    """The asset after one round of trimming; itself where there is nothing to trim."""
    model = _model(asset)
    if model is None:
        return asset
    data = mujoco.MjData(model)
    mujoco.mj_fwdPosition(model, data)
    cuts: dict[int, tuple[float, Array]] = {}
    for index in range(data.ncon):
        contact = data.contact[index]
        depth = -float(contact.dist)
        if not DEEP < depth < MAX_TRIM:
            continue
        first, second = (int(geom) for geom in contact.geom)
        towards = np.array(contact.frame[:3])  # from the first into the second
        sizes = [float(model.geom_size[geom].prod()) for geom in (first, second)]
        geom, face = (first, towards) if sizes[0] <= sizes[1] else (second, -towards)
        if depth > cuts.get(geom, (0.0, face))[0]:
            cuts[geom] = (depth, face)
    links = asset.links
    for geom, (depth, face) in sorted(cuts.items()):
        body = int(model.geom_bodyid[geom])
        local = np.asarray(data.xmat[body]).reshape(3, 3).T @ face
        number = geom - int(model.body_geomadr[body])
        links = tuple(
            _cut(link, number, depth, local) if index == body - 1 else link
            for index, link in enumerate(links)
        )
    return asset if links == asset.links else asset.model_copy(update={"links": links})


def _cut(link: Link, number: int, depth: float, face: Array) -> Link:
    """The link with a side of one of its boxes, given by its normal (3,), moved inward."""
    shape = link.collisions[number]
    axes = rotation(shape.quat)
    along = axes.T @ face
    axis = int(np.abs(along).argmax())
    cut = depth + GAP
    if shape.kind != "box" or abs(along[axis]) < ALONG or 2 * shape.size[axis] < cut + THIN:
        return link
    size = list(shape.size)
    size[axis] = round(size[axis] - cut / 2, 6)
    shift = -np.sign(along[axis]) * cut / 2 * axes[:, axis]
    pos = vec3((np.array(shape.pos) + shift).round(6) + 0.0)
    changed: Shape = shape.model_copy(update={"size": tuple(size), "pos": pos})
    pieces = (*link.collisions[:number], changed, *link.collisions[number + 1 :])
    return link.model_copy(update={"collisions": pieces})
