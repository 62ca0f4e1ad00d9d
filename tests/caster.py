"""An independent ray caster: rays by embree, lenses worked out anew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import trimesh
from solids import joined, link_meshes, robot_meshes, surroundings

from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.schemas import Asset, CameraParams, Scene

Array = npt.NDArray[Any]
NEAR = 0.01
"""Nothing nearer along the optical axis is drawn, metres."""
AROUND = 0
"""Instance id of the floor, the walls and the pedestal."""


def bent(camera: CameraParams, flat: Array) -> Array:
    """Where OpenCV's lens model sees normalised points (N, 2)."""
    (k1, k2), (p1, p2) = camera.distortion, camera.tangential
    x, y = flat[:, 0], flat[:, 1]
    square = x * x + y * y
    radial = 1 + k1 * square + k2 * square**2
    return np.column_stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x),
            y * radial + p1 * (square + 2 * y * y) + 2 * p2 * x * y,
        ]
    )


def straight(camera: CameraParams, pixels: Array) -> Array:
    """Normalised coordinates (N, 2) that a lens sees at pixels (N, 2), by fixed-point steps."""
    seen = (pixels - [camera.cx, camera.cy]) / [camera.fx, camera.fy]
    flat = np.array(seen)
    for _ in range(300 if camera.bends else 0):
        error = bent(camera, flat) - seen
        flat -= 0.7 * error
        if np.abs(error).max(initial=0) < 1e-12:
            break
    else:
        assert not camera.bends, "the lens folds its image"
    return flat


def seen_at(camera: CameraParams, points: Array) -> tuple[Array, Array]:
    """Pixels (N, 2) and depths (N,) of points (N, 3) in the world."""
    local = (points - np.asarray(camera.pos)) @ rotation(camera.quat)
    flat = local[:, :2] / np.where(local[:, 2:] == 0, np.nan, local[:, 2:])
    flat = bent(camera, flat) if camera.bends else flat
    return flat * [camera.fx, camera.fy] + [camera.cx, camera.cy], local[:, 2]


def centres(camera: CameraParams) -> Array:
    """The middles of all pixels, (H W, 2)."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    return np.column_stack([u.ravel(), v.ravel()])


@dataclass(frozen=True, eq=False)
class Hits:
    """What rays meet first.

    Attributes:
        part: (N,) place in `Caster.keys`; -1 for nothing.
        depth: (N,) metres along the optical axis; inf for nothing.
        triangle: (N,) of the whole mesh; -1 for nothing.
        normal: (N, 3) in the world, towards the camera.
        place: (N, 3) in the world.
    """

    part: Array
    depth: Array
    triangle: Array
    normal: Array
    place: Array


class Caster:
    """Meshes by (instance id, link), and what rays hit of them."""

    def __init__(self, meshes: dict[tuple[int, str], Any]) -> None:
        self.meshes = meshes
        self.keys = list(meshes)
        self._alone: dict[int, Caster] = {}
        self.owner = np.array([key[0] for key in self.keys] + [AROUND])

    @cached_property
    def whole(self) -> Any:
        """All meshes in one."""
        return joined(list(self.meshes.values()))

    @cached_property
    def corners(self) -> Array:
        """(F, 3, 3) of the whole mesh's triangles."""
        return np.asarray(self.whole.triangles)

    @cached_property
    def part_of(self) -> Array:
        """(F,) place in `keys` of each triangle."""
        counts = [len(mesh.faces) for mesh in self.meshes.values()]
        return np.repeat(np.arange(len(counts)), counts)

    @cached_property
    def _rays(self) -> Any:
        return trimesh.ray.ray_pyembree.RayMeshIntersector(self.whole)

    def of(self, instance: int) -> Caster:
        """One object alone."""
        if instance not in self._alone:
            mine = {key: mesh for key, mesh in self.meshes.items() if key[0] == instance}
            self._alone[instance] = Caster(mine)
        return self._alone[instance]

    def vertices(self, instance: int) -> Array:
        """(N, 3) in the world."""
        return np.concatenate([m.vertices for key, m in self.meshes.items() if key[0] == instance])

    def cast(self, camera: CameraParams, pixels: Array) -> Hits:
        """What a camera sees at these pixels (N, 2)."""
        flat = straight(camera, pixels)
        rays = np.column_stack([flat, np.ones(len(flat))]) @ rotation(camera.quat).T
        eye = np.asarray(camera.pos)
        triangle = self._first(eye, rays)
        hit = triangle >= 0
        corner = self.corners[triangle]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
        facing = np.sum(normal * rays, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.sum(normal * (corner[:, 0] - eye), axis=1) / facing
        normal *= -np.sign(facing)[:, None]
        place = eye + np.where(hit, reach, 0.0)[:, None] * rays
        return Hits(
            part=np.where(hit, self.part_of[triangle], -1),
            depth=np.where(hit, reach, np.inf),
            triangle=triangle,
            normal=normal,
            place=place,
        )

    def _first(self, eye: Array, rays: Array) -> Array:
        """(N,) the first triangle that each ray meets from its front; -1 for none."""
        found = np.full(len(rays), -1)
        start = np.full(len(rays), NEAR)
        left = np.arange(len(rays))
        for _ in range(40):
            triangle = self._rays.intersects_first(eye + start[left, None] * rays[left], rays[left])
            left, triangle = left[triangle >= 0], triangle[triangle >= 0]
            if not len(left):
                break
            normal = self._normals[triangle]
            facing = np.sum(normal * rays[left], axis=1)
            front = facing < 0
            found[left[front]] = triangle[front]
            # A back is passed through; only open surfaces, such as walls, ever show one.
            away = np.sum(normal * (self.corners[triangle][:, 0] - eye), axis=1)
            reach = away / np.where(facing == 0, np.inf, facing)
            start[left] = np.maximum(reach, start[left]) + 1e-6
            left = left[~front]
        return found

    @cached_property
    def _normals(self) -> Array:
        """(F, 3), not unit, by the order of corners."""
        a, b, c = self.corners.transpose(1, 0, 2)
        return np.cross(b - a, c - a)

    def owners(self, hits: Hits) -> Array:
        """Instance ids (N,) of what was hit."""
        return self.owner[hits.part]


def scene_caster(
    scene: Scene, assets: dict[str, Asset], compiled: CompiledScene, data: Any
) -> Caster:
    """All that is drawn of a scene; the robot as in `data`."""
    meshes: dict[tuple[int, str], Any] = {}
    for number, item in enumerate(scene.objects, start=1):
        if item.visible:
            for link, mesh in link_meshes(item, assets[item.asset_hash]).items():
                meshes[number, link] = mesh
    for link, mesh in robot_meshes(compiled, data).items():
        meshes[len(scene.objects) + 1, link] = mesh
    meshes[AROUND, "around"] = surroundings(scene)
    return Caster(meshes)
