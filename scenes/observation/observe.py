"""`observe`: from one RGB-D view with instance masks to a SceneSpec and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...schemas import SceneSpec
from ..assets.library import AssetLibrary
from ..core.geometry import Array, inverse
from ..core.seeds import generator
from .cleaning import depth_noise, nearest_around, smoothed, window
from .evidence import Evidence
from .fitting import Fitted, fit_all
from .planes import Plane, support_plane
from .relating import object_specs
from .segments import Segment, SortedMasks, sort_masks
from .view import DepthView, back_project
from .world import Side, bench_from_given, bench_from_scratch, up_in_camera

ADJUST = 0.08
"""How far poses may shift where cousins of other sizes touch, metres."""
SLACK = 0.002
"""What a part may lie in front of what was seen, beside noise, metres."""
LIMIT = 0.02
"""Distances between what is seen and a twin count up to here, beside noise, metres."""
KEPT_POINTS = 4000
"""Points kept of each object."""


@dataclass(frozen=True)
class ObserveOptions:
    """How a view is read.

    Attributes:
        side: of the objects on which the robot stands, where no pose of the camera is given.
        strict: refuse labels that are missing or unknown instead of leaving them out.
        seed: of the search for planes.
        held_out: assets that are not offered as twins.
    """

    side: Side = "near"
    strict: bool = False
    seed: int = 0
    held_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Observed:
    """The result of observing.

    Attributes:
        spec: the scene.
        objects: in the order of the spec's objects.
        skipped: what was left out, with the reason.
        plane: the support, in the camera's frame.
        noise: standard deviation of depth, metres.
        bench_from_camera: (4, 4); z counts from the support's surface.
    """

    spec: SceneSpec
    objects: tuple[Fitted, ...]
    skipped: Mapping[str, str]
    plane: Plane
    noise: float
    bench_from_camera: Array


def observe(
    view: DepthView, library: AssetLibrary, options: ObserveOptions | None = None
) -> Observed:
    """Read a scene from one view.

    Args:
        view: depth, masks, labels, and where known the camera's pose or gravity.
        library: where twins come from.
        options: see `ObserveOptions`.

    Raises:
        SpecError: where there is no support plane, nothing that can be measured, or, if strict,
            a label that is unknown.
    """
    options = options or ObserveOptions()
    parts = sort_masks(view, library.ids(), strict=options.strict)
    cloud = back_project(view, view.depth)
    plane, instance = _support(view, parts, cloud, options.seed)
    near = _surroundings(view, parts) & (np.abs(plane.heights(cloud)) < 4 * plane.spread + 0.004)
    noise = depth_noise(cloud[near], plane)
    depth = smoothed(view.depth, view.masks, noise)
    bench = _bench(view, parts, back_project(view, depth), plane, options)
    evidence = _evidence(view, parts, depth, bench, noise)
    fitted = fit_all(parts.segments, evidence, library, options.held_out)
    support = parts.supports.get(instance, "table")
    spec = SceneSpec(support=support, objects=object_specs(fitted, support, library), adjust=ADJUST)
    return Observed(spec, fitted, parts.skipped, plane, noise, bench)


def _surroundings(view: DepthView, parts: SortedMasks) -> npt.NDArray[np.bool_]:
    """Pixels (H, W) that may belong to the support."""
    others = list(parts.supports) if _supports_seen(view, parts) else [0]
    return np.isin(view.masks, others) & (view.depth > 0)


def _supports_seen(view: DepthView, parts: SortedMasks) -> bool:
    """Whether enough of a mask that is labelled as a support has depth."""
    return int((np.isin(view.masks, list(parts.supports)) & (view.depth > 0)).sum()) >= 500


def _support(view: DepthView, parts: SortedMasks, cloud: Array, seed: int) -> tuple[Plane, int]:
    """The support's plane, and the mask it belongs to (0 is the background)."""
    wanted = _surroundings(view, parts)
    objects = tuple(cloud[segment.pixels] for segment in parts.segments)
    up = up_in_camera(view.gravity, view.world_from_camera)
    plane = support_plane(cloud, wanted, objects, up, generator((seed,), "planes"))
    on = wanted & (np.abs(plane.heights(cloud)) < 3 * plane.spread + 0.003)
    counts = {instance: int((on & (view.masks == instance)).sum()) for instance in parts.supports}
    most = max(counts, key=lambda instance: (counts[instance], -instance), default=0)
    return plane, most


def _bench(
    view: DepthView, parts: SortedMasks, cloud: Array, plane: Plane, options: ObserveOptions
) -> Array:
    """`bench_from_camera`, (4, 4)."""
    if view.world_from_camera is not None:
        return bench_from_given(view.world_from_camera, plane)
    middles = np.stack([np.median(cloud[s.pixels], axis=0) for s in parts.segments])
    return bench_from_scratch(plane, middles, options.side)


def _evidence(
    view: DepthView, parts: SortedMasks, depth: Array, bench: Array, noise: float
) -> dict[int, Evidence]:
    """The evidence for each object, by instance id."""
    cloud = back_project(view, depth)
    left = 2.0 * noise / (2 * window(noise) + 1)
    back = inverse(bench)
    nearest = nearest_around(depth)

    def one(segment: Segment) -> Evidence:
        pixels = segment.pixels & (depth > 0)
        points = cloud[pixels] @ bench[:3, :3].T + bench[:3, 3]
        step = max(1, len(points) // KEPT_POINTS)
        return Evidence(
            points=points[::step],
            depth=nearest,
            camera_from_bench=back,
            focal=view.focal,
            centre=view.centre,
            slack=SLACK + 3 * left,
            limit=LIMIT + 3 * left,
        )

    return {segment.instance: one(segment) for segment in parts.segments}
