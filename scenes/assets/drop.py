"""The physical half of an asset's trial: alone on a floor, dropped, and looked at."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np
from scipy.spatial import ConvexHull, QhullError  # pyright: ignore[reportMissingTypeStubs]

from ...schemas import Asset, Refusal, RefusalKind, one_line
from ..core.asset_geometry import link_poses, touched_points
from ..core.geometry import Array, rotation
from ..model.asset_model import Copy, add_asset, add_resources
from ..model.mujoco_model import set_options
from ..model.settling import CHECK_STEPS, MAX_DEPTH, MAX_TILT, REST_SPEED, REST_SPIN
from ..robots import WORLD_BIT

DROP = 0.01
"""Height of the fall, metres."""
SECONDS = 2.0
"""Time to come to rest."""
MAX_SINK = 0.002
"""Greatest depth in the floor at rest, metres."""
MAX_SPEED = 2.0
"""m/s; the fall gives 0.44, so anything faster was pushed out of something."""
MAX_CREEP = 0.05
"""Share of its range that a joint may move by itself."""
FLAT_BASE = 0.1
"""Share of the footprint that touches the floor, from which a thing is meant to stand."""
FURNITURE = 0.4
"""Height in metres from which what is fixed must be able to stand by itself."""
_UPRIGHT = (1.0, 0.0, 0.0, 0.0)


def drop_test(asset: Asset) -> Refusal | None:
    """The refusal of an asset alone on a floor, or None.

    It is welded down if it is fixed; else it falls from 1 cm and has 2 s to come to rest.
    """
    try:
        model = _compiled(asset)
    except ValueError as error:
        return Refusal(RefusalKind.ASSET_UNCOMPILED, words=(one_line(error),))
    return _inside_itself(asset, model) or _dropped(asset, model)


def _compiled(asset: Asset) -> Any:
    """The asset 1 cm above a floor, or on it if it is fixed, as a `mujoco.MjModel`.

    Raises:
        ValueError: where MuJoCo refuses it.
    """
    spec = mujoco.MjSpec()
    set_options(spec)
    spec.worldbody.add_geom(
        name="floor", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[6, 6, 0.05], contype=WORLD_BIT
    )
    height = 0.0 if asset.fixed else DROP
    add_resources(spec, "asset", asset, "physics")
    copy = Copy("thing", "asset", (0.0, 0.0, height), _UPRIGHT, asset.fixed)
    add_asset(spec, copy, asset, "physics")
    return spec.compile()


def _inside_itself(asset: Asset, model: Any) -> Refusal | None:
    """Whether links run into each other with all joints closed, or with one half or all open."""
    data = mujoco.MjData(model)
    depth = _own_depth(model, data)
    if depth > MAX_DEPTH:
        return Refusal(RefusalKind.ASSET_SELF_CONTACT, numbers=(depth,))
    for joint in asset.joints:
        address = model.joint(f"thing/{joint.name}").qposadr[0]
        for value in (part * limit for limit in joint.limits for part in (0.5, 1.0)):
            mujoco.mj_resetData(model, data)
            data.qpos[address] = value
            depth = _own_depth(model, data)
            if depth > MAX_DEPTH:
                kind = RefusalKind.ASSET_SELF_CONTACT_AT
                return Refusal(kind, numbers=(depth, value), words=(joint.name,))
    return None


def _own_depth(model: Any, data: Any) -> float:
    """Deepest penetration between links, metres; geom 0 is the floor."""
    mujoco.mj_fwdPosition(model, data)
    own = (data.contact.geom > 0).all(axis=1)
    return -float(np.min(data.contact.dist[own], initial=0.0))


def _dropped(asset: Asset, model: Any) -> Refusal | None:
    """The refusal within 2 s of the drop, or less where it comes to rest; else None."""
    data = mujoco.MjData(model)
    for _ in range(0, round(SECONDS / model.opt.timestep), CHECK_STEPS):
        mujoco.mj_step(model, data, CHECK_STEPS)
        if data.warning.number.sum() or not np.isfinite(data.qpos).all():
            return Refusal(RefusalKind.ASSET_BREAKS_DOWN, numbers=(float(data.time),))
        speed = 0.0 if asset.fixed else float(np.linalg.norm(data.qvel[:3]))
        if speed > MAX_SPEED:
            return Refusal(RefusalKind.ASSET_FLIES_OFF, numbers=(speed,))
        if data.time > 0.2 and _at_rest(asset, data):
            break
    return _toppled(asset, data) or _moving(asset, data) or _settled_wrong(asset, model, data)


def _at_rest(asset: Asset, data: Any) -> bool:
    speeds = data.qvel if asset.fixed else data.qvel[3:]
    linear = 0.0 if asset.fixed else float(np.linalg.norm(data.qvel[:3]))
    return linear < REST_SPEED and bool((np.abs(speeds) < REST_SPIN).all())


def _toppled(asset: Asset, data: Any) -> Refusal | None:
    """Whether what is meant to stand does not; things without a flat base may roll over."""
    share, outside = _stance(asset)
    if asset.fixed:
        if asset.extents[2] > FURNITURE and outside > 0:
            return Refusal(RefusalKind.ASSET_TOP_HEAVY, numbers=(outside,))
        return None
    up = rotation(data.qpos[3:7])[2, 2]
    tilt = float(np.arccos(np.clip(up, -1, 1)))
    if share >= FLAT_BASE and tilt > MAX_TILT:
        return Refusal(RefusalKind.ASSET_TOPPLES, numbers=(tilt,))
    return None


def _moving(asset: Asset, data: Any) -> Refusal | None:
    """Whether it does not come to rest; what is round may roll."""
    if _at_rest(asset, data) or (not asset.fixed and _stance(asset)[0] < FLAT_BASE):
        return None
    speed = 0.0 if asset.fixed else float(np.linalg.norm(data.qvel[:3]))
    spin = float(np.abs(data.qvel if asset.fixed else data.qvel[3:]).max())
    return Refusal(RefusalKind.ASSET_RESTLESS, numbers=(SECONDS, speed, spin))


def _settled_wrong(asset: Asset, model: Any, data: Any) -> Refusal | None:
    """Whether it sank into the floor, or joints moved by themselves."""
    depth = -float(np.min(data.contact.dist, initial=0.0))
    if depth > MAX_SINK:
        return Refusal(RefusalKind.ASSET_SINKS, numbers=(depth,))
    for joint in asset.joints:
        value = float(data.qpos[model.joint(f"thing/{joint.name}").qposadr[0]])
        low, high = joint.limits
        if abs(value) > MAX_CREEP * (high - low):
            kind = RefusalKind.ASSET_JOINT_CREEPS
            return Refusal(kind, numbers=(value, low, high), words=(joint.name,))
    return None


def _stance(asset: Asset) -> tuple[float, float]:
    """Share of the footprint that touches the floor, and how far the mass is outside it.

    The second is in metres, negative inside.
    """
    points = touched_points(asset)
    base = points[points[:, 2] < points[:, 2].min() + 0.003][:, :2]
    try:
        hull = ConvexHull(base)
    except (QhullError, ValueError):  # fewer than three points, or all on a line
        return 0.0, float("inf")
    centre = _centre_of_mass(asset)[:2]
    outside = float((hull.equations[:, :2] @ centre + hull.equations[:, 2]).max())
    return float(hull.volume / (asset.extents[0] * asset.extents[1])), outside


def _centre_of_mass(asset: Asset) -> Array:
    """(3,), in the asset frame with all joints at zero."""
    where = link_poses(asset)
    total = np.zeros(3)
    for link in asset.links:
        pose = where[link.name]
        total += link.inertial.mass * (pose[:3, :3] @ link.inertial.com + pose[:3, 3])
    return total / asset.mass
