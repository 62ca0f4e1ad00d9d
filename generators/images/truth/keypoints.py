"""Keypoints: named points of objects, found in the image.

| name | point |
|---|---|
| `corner_0` .. `corner_7` | of the 3D box; bits 4, 2, 1 of the number are +x, +y, +z of the box |
| `handle_NAME` | midpoint between the fingertips that hold that handle |
| `grasp_0`, `grasp_1` | the two contacts of the grasp whose middle is nearest to the mass centre |
| `opening_NAME` | middle of the opening of that cavity |

Grasps are the antipodal candidates that the planner tries first; what is not graspable, or has
no candidate, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.franka import FRANKA
from ....scenes.core.geometry import rotation, vec3
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Asset, Box3, CameraParams, Keypoint, SceneObject
from ....schemas.base import Vec3
from ....schemas.frame import KeypointKind, Visibility
from ....tasks.grasping.grasps import BESIDE, grasps_of
from ..camera.cameras import Array, into_camera, project
from ..camera.sight import NEAREST, in_front, in_image

CORNER_SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
"""(8, 3): which way each corner lies from the middle of its box."""
CORNER_EDGES = tuple((a, a | bit) for a in range(8) for bit in (4, 2, 1) if not a & bit)
"""The twelve edges of a box, as pairs of corners."""


@dataclass(frozen=True)
class Mark:
    """A point that is fixed to a link.

    Attributes:
        name: of the keypoint.
        kind: of the keypoint.
        link: whose frame `pos` is in.
        pos: metres.
        slack: how deep within its object the point may lie and still count as seen, metres.
    """

    name: str
    kind: KeypointKind
    link: str
    pos: Vec3
    slack: float = 0.0


_CORNERS = tuple(Mark(f"corner_{n}", "corner", "", (0.0, 0.0, 0.0)) for n in range(8))
"""Corners belong to no link: where they are follows from the box."""


@dataclass(frozen=True)
class Marks:
    """Keypoints of all instances at one moment, by instance.

    Attributes:
        marks: N of them.
        ids: (N,) instance ids.
        points: (N, 3) in the world, metres.
    """

    marks: tuple[Mark, ...]
    ids: npt.NDArray[np.int64]
    points: Array


def marks_of(asset: Asset, key: str) -> tuple[Mark, ...]:
    """The points that are fixed to an asset's links; `key` is its content hash."""
    marks = [
        # The midpoint lies within what is held.
        Mark(f"handle_{handle.name}", "handle", handle.link, handle.pos, handle.width)
        for handle in asset.handles
    ]
    marks += _grasp(asset, key) if asset.graspable else []
    for cavity in asset.cavities:
        towards = np.array([0.0, 0.0, 1.0] if cavity.opening == "top" else [1.0, 0.0, 0.0])
        pos = vec3(np.array(cavity.centre) + towards * cavity.half_size)
        marks.append(Mark(f"opening_{cavity.name}", "opening", cavity.link, pos))
    return tuple(marks)


def _grasp(asset: Asset, key: str) -> list[Mark]:
    # Labels of an asset are the same in scenes of every robot.
    grasps = grasps_of(asset, key, FRANKA)
    if not len(grasps):
        return []
    root = asset.links[0]
    middles = grasps.poses[:, :3, 3]
    away = np.linalg.norm(middles - np.array(root.inertial.com), axis=1)
    best = int(np.argmin(BESIDE * away + grasps.skews))
    half = grasps.poses[best, :3, 1] * grasps.widths[best] / 2
    ends = (middles[best] - half, middles[best] + half)
    return [Mark(f"grasp_{n}", "grasp", root.name, vec3(end)) for n, end in enumerate(ends)]


def marks_at(
    world: CompiledScene,
    data: Any,
    boxes: dict[int, Box3],
    fixed: dict[str, tuple[Mark, ...]],
) -> Marks:
    """All keypoints of a moment; things that are not drawn, and so have no box, have none.

    Args:
        world: a scene compiled with visual detail.
        data: its `mujoco.MjData`, body poses up to date.
        boxes: 3D boxes by instance id.
        fixed: marks by content hash of the asset.
    """
    marks: list[Mark] = []
    ids: list[int] = []
    points: list[Array] = [np.zeros((0, 3))]
    things: dict[int, SceneObject] = dict(enumerate(world.scene.objects, start=1))
    for key, box in boxes.items():
        marks += _CORNERS
        points.append(box_corners(box))
        thing = things.get(key)  # None for the robot
        own = () if thing is None else fixed[thing.asset_hash]
        for mark in own:
            body = world.objects[things[key].name].bodies[mark.link]
            turn = np.asarray(data.xmat[body]).reshape(3, 3)
            points.append((turn @ mark.pos + np.asarray(data.xpos[body]))[None])
        marks += own
        ids += [key] * (8 + len(own))
    return Marks(tuple(marks), np.array(ids, dtype=np.int64), np.concatenate(points))


def box_corners(box: Box3) -> Array:
    """Its corners in the world, (8, 3), in the order of `CORNER_SIGNS`."""
    corners: Array = (CORNER_SIGNS * box.extents / 2) @ rotation(box.quat).T + np.array(box.centre)
    return corners


def keypoints(
    marks: Marks, depth: npt.NDArray[np.float32], camera: CameraParams
) -> dict[int, tuple[Keypoint, ...]]:
    """The keypoints of a view, by instance id.

    Args:
        marks: of the moment.
        depth: (H, W), metres along the optical axis; 0 where nothing was hit.
        camera: of the view.
    """
    local = into_camera(camera, marks.points)
    ahead = local[:, 2] >= NEAREST
    pixels = project(camera, np.where(ahead[:, None], local, [0.0, 0.0, 1.0]))
    inside = ahead & in_image(pixels, depth.shape)
    slack = np.array([mark.slack for mark in marks.marks])
    clear = in_front(depth, pixels, local[:, 2], slack)
    found: dict[int, list[Keypoint]] = {}
    for n, (key, mark) in enumerate(zip(marks.ids.tolist(), marks.marks, strict=True)):
        level: Visibility = (2 if clear[n] else 1) if inside[n] else 0
        found.setdefault(key, []).append(
            Keypoint(
                name=mark.name,
                kind=mark.kind,
                pos=vec3(marks.points[n]),
                pixel=(float(pixels[n, 0]), float(pixels[n, 1])) if ahead[n] else None,
                visibility=level,
            )
        )
    return {key: tuple(points) for key, points in found.items()}
