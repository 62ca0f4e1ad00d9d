"""Measures of what OmniGibson says against what is known here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...generators.executed import turned
from ...generators.exports.usd.asset import write_asset
from ...generators.exports.usd.pxr import pxr
from ...generators.images.raster.rasteriser import rasteriser
from ...generators.simulators import Array, Trajectory
from ...scenes.core.geometry import rotation
from ...schemas import Asset, CameraParams
from .report import Reason, StepError
from .subject import CheckedScene

DISTANCE, TURN = 0.01, 5.0
"""Metres and degrees by which things may rest elsewhere than in MuJoCo."""
OVERLAP, DEPTH = 0.8, 0.005
"""Least overlap of an object's pixels with ours; greatest median difference of depth, metres."""
LEAST_PIXELS = 100
"""An object of fewer pixels is not compared."""


def converted(asset: Asset, folder: Path) -> dict[str, float]:
    """Write an asset as USD, and read it back.

    Raises:
        StepError: OpenUSD reads something else.
    """
    usd, physics = pxr("Usd"), pxr("UsdPhysics")
    path = folder / "asset.usd"
    write_asset(asset, path)
    stage: Any = usd.Stage.Open(str(path))
    masses = [
        float(physics.MassAPI(prim).GetMassAttr().Get())
        for prim in stage.Traverse()
        if prim.HasAPI(physics.MassAPI)
    ]
    joints = [
        prim.GetName()
        for prim in stage.Traverse()
        if prim.IsA(physics.PrismaticJoint) or prim.IsA(physics.RevoluteJoint)
    ]
    figures = {"links": len(masses), "joints": len(joints), "mass": sum(masses)}
    if len(masses) != len(asset.links) or len(joints) != len(asset.joints):
        raise StepError(
            Reason.ASSET_DIFFERS,
            f"{asset.id} has {len(asset.links)} links and {len(asset.joints)} joints, its USD "
            f"{len(masses)} and {len(joints)}",
            figures,
        )
    if abs(sum(masses) - asset.mass) > 1e-4 * asset.mass:
        raise StepError(
            Reason.ASSET_DIFFERS,
            f"{asset.id} weighs {asset.mass} kg, its USD {sum(masses)}",
            figures,
        )
    return figures


def apart(subject: CheckedScene, run: Trajectory) -> dict[str, float]:
    """How far things rest from where MuJoCo has them.

    Raises:
        StepError: farther than is allowed; the text names the object.
    """
    data = subject.placed(subject.rested)
    worst, figures = "", {"distance": 0.0, "turn": 0.0}
    for name, index in subject.compiled.objects.items():
        if index.free_qpos is None:
            continue
        pose = run.poses[name][-1]
        distance = float(np.linalg.norm(pose[:3] - data.xpos[index.body]))
        angle = np.degrees(turned(pose[3:], np.array(data.xquat[index.body])))
        if distance / DISTANCE + angle / TURN > (
            figures["distance"] / DISTANCE + figures["turn"] / TURN
        ):
            worst, figures = name, {"distance": distance, "turn": float(angle)}
    if figures["distance"] > DISTANCE or figures["turn"] > TURN:
        raise StepError(
            Reason.APART,
            f"{worst} rests {figures['distance']:.4f} m and {figures['turn']:.1f} degrees from "
            f"where MuJoCo has it; {DISTANCE} m and {TURN} degrees are allowed",
            figures,
        )
    return figures


def seen(
    subject: CheckedScene, qpos: Array, camera: CameraParams, arrays: dict[str, Array],
    paths: dict[int, str],
) -> dict[str, float]:  # fmt: skip
    """How what OmniGibson's camera sees agrees with our rasteriser.

    Args:
        subject: the scene.
        qpos: where OmniGibson has things, as MuJoCo's positions.
        camera: of the picture.
        arrays: `ids`, `depth` and `normals` of the picture.
        paths: of prims, by id.

    Raises:
        StepError: objects or depths are others than ours.
    """
    data = subject.placed(qpos, visual=True)
    ours = rasteriser().truth(subject.visual, data, camera, normals=False)
    owner = subject.visual.geom_owner
    mine = np.where(ours.geoms > 0, owner[np.maximum(ours.geoms - 1, 0)], -1)
    names = [thing.name for thing in subject.part.scene.objects]
    theirs = objects(arrays["ids"], paths, names)
    overlaps: dict[str, float] = {}
    for number, name in enumerate(names):
        here, there = mine == number, theirs == number
        if int(here.sum()) >= LEAST_PIXELS:
            overlaps[name] = float((here & there).sum() / (here | there).sum())
    both = (mine >= 0) & (mine == theirs) & np.isfinite(arrays["depth"])
    figures = {f"overlap_{name}": value for name, value in overlaps.items()}
    poor = [f"{name} {value:.2f}" for name, value in overlaps.items() if value < OVERLAP]
    if poor:
        raise StepError(
            Reason.LABELS,
            f"pixels of these overlap with ours by less than {OVERLAP}: {', '.join(poor)}",
            figures,
        )
    apart = np.abs(arrays["depth"] - ours.depth)[both]
    figures["depth"] = float(np.median(apart))
    figures |= facing(arrays["normals"][both], ours.depth, camera, both)
    if figures["depth"] > DEPTH:
        raise StepError(
            Reason.DEPTH,
            f"depths differ by {figures['depth']:.4f} m in the middle; {DEPTH} m are allowed",
            figures,
        )
    return figures


def objects(ids: Array, paths: dict[int, str], names: list[str]) -> Array:
    """(H, W) numbers of objects by prims' ids; -1 where it is none of them."""
    rank = {name: number for number, name in enumerate(names)}
    values, places = np.unique(ids, return_inverse=True)
    told = [
        next((rank[x] for x in paths.get(int(value), "").split("/") if x in rank), -1)
        for value in values
    ]
    found: Array = np.array(told)[places].reshape(ids.shape)
    return found


def facing(normals: Array, depth: Any, camera: CameraParams, where: Any) -> dict[str, float]:
    """The median angle of normals to ours, taken as in the world, and as in the camera's frame.

    The lesser one says in which frame OmniGibson gives them; ours follow from depth.

    Args:
        normals: (N, 3) of the pixels `where`.
        depth: (H, W) ours, metres.
        camera: of the picture.
        where: (H, W) which pixels.
    """
    from ...generators.images.camera.cameras import back_project

    points = back_project(camera, depth)
    across, down = np.gradient(points, axis=1), np.gradient(points, axis=0)
    ours = np.cross(down, across)[where]
    length = np.linalg.norm(ours, axis=1)
    sound = (length > 0) & (np.linalg.norm(normals, axis=1) > 0)
    if not sound.any():
        return {}
    unit = ours[sound] / length[sound, None]
    unit *= -np.sign((unit * points[where][sound]).sum(axis=1, keepdims=True))
    told = normals[sound] / np.linalg.norm(normals[sound], axis=1, keepdims=True)
    turn = rotation(camera.quat)

    def angle(found: Array) -> float:
        return float(np.degrees(np.median(np.arccos(np.clip((found * told).sum(axis=1), -1, 1)))))

    return {"normals_world": angle(unit @ turn.T), "normals_camera": angle(unit)}
