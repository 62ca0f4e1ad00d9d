"""How far labels of objects are from the truth: boxes, keypoints, whole objects."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import numpy as np
from caster import NEAR, Array, centres, seen_at
from solids import link_poses
from truth_measures import EDGE, SMALL, Errors, View, differs, inner

from cousins.generators.images.truth.amodal import decode_mask
from cousins.generators.images.truth.keypoints import CORNER_SIGNS
from cousins.scenes.core.geometry import rotation, transform
from cousins.schemas import AmodalMasks, ObjectLabel

SLIVER = 5
"""Pixels, fewer of which make no box to speak of."""
PER_LINE = 40
"""Points along each edge of a mesh that a lens may bend."""


def compare_objects(view: View, errors: Errors) -> None:
    """Add the errors of all labels of a view's objects."""
    errors = errors.of(view.camera)
    _boxes(view, errors)
    _keypoints(view, errors)
    _amodal(view, errors)


def _boxes(view: View, errors: Errors) -> None:
    limit = [view.camera.width, view.camera.height]
    for label in view.frame.objects:
        _tight_box(view, label, errors)
        truth = _outline(view, label.instance_id)
        if truth is None:
            continue
        clipped = np.clip(truth, 0, limit * 2)
        shown = (clipped[:2] < clipped[2:]).all()
        if label.bbox_2d_loose is not None and shown:
            errors.add("bbox_2d_loose", np.abs(clipped - label.bbox_2d_loose).max())
        elif label.bbox_2d_loose is not None or shown:
            errors.add("bbox_2d_loose", (clipped[2:] - clipped[:2]).min())
        cut = bool((truth[:2] < 0).any() or (truth[2:] > limit).any())
        near_edge = np.abs(truth - [0, 0, *limit]).min() < 1
        if not near_edge:
            errors.add("truncated", differs(np.array(label.truncated == cut)))
        _box_3d(view, label, errors)


def _tight_box(view: View, label: ObjectLabel, errors: Errors) -> None:
    """What fills fewer pixels than a lens's quarter of one may add or take is not compared."""
    mine = np.argwhere(view.owners == label.instance_id)
    box = label.bbox_2d_tight
    if max(len(mine), label.visible_pixels) < SLIVER:
        return
    if not len(mine) or box is None:
        errors.add("bbox_2d_tight", np.inf)
        return
    low, high = mine.min(axis=0), mine.max(axis=0) + 1
    errors.add("bbox_2d_tight", np.abs(np.array([*low[::-1], *high[::-1]]) - box).max())


def _outline(view: View, instance: int) -> Array | None:
    """x_min, y_min, x_max, y_max of the whole projection, not clipped; None if behind."""
    whole = view.caster.of(instance).whole
    local = (whole.vertices - view.camera.pos) @ rotation(view.camera.quat)
    edges = local[whole.edges_unique]
    edges = edges[(edges[:, :, 2] > NEAR).any(axis=1)]
    if not len(edges):
        return None
    # Cut what reaches behind the camera.
    a, b = edges[:, 0], edges[:, 1]
    low = np.where(a[:, 2] < b[:, 2], 0, 1)
    first = np.where(low[:, None] == 0, a, b)
    then = np.where(low[:, None] == 0, b, a)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((NEAR - first[:, 2]) / (then[:, 2] - first[:, 2]), 0, 1)
    share = np.where(first[:, 2] >= NEAR, 0, share)
    first = first + share[:, None] * (then - first)
    count = PER_LINE if view.camera.bends else 2
    along = np.linspace(0, 1, count)[:, None, None]
    flat_a, flat_b = first[:, :2] / first[:, 2:], then[:, :2] / then[:, 2:]
    flat = (flat_a + along * (flat_b - flat_a)).reshape(-1, 2)
    points = np.column_stack([flat, np.ones(len(flat))]) @ rotation(view.camera.quat).T
    pixels, _ = seen_at(view.camera, points + view.camera.pos)
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])


def _box_3d(view: View, label: ObjectLabel, errors: Errors) -> None:
    box = label.bbox_3d
    assert box is not None
    assert label.pos is not None
    assert label.quat is not None
    root = transform(label.pos, label.quat)
    if label.instance_id <= len(view.scene.objects):
        item = view.scene.objects[label.instance_id - 1]
        true = transform(item.pos, item.quat)
        errors.add("poses", np.linalg.norm(root - true))
        root = true
    local = (view.caster.vertices(label.instance_id) - root[:3, 3]) @ root[:3, :3]
    low, high = local.min(axis=0), local.max(axis=0)
    corners = np.where(CORNER_SIGNS > 0, high, low) @ root[:3, :3].T + root[:3, 3]
    drawn = CORNER_SIGNS * box.extents / 2 @ rotation(box.quat).T + box.centre
    pixels, depth = seen_at(view.camera, corners)
    shown, ahead = seen_at(view.camera, drawn)
    near = (depth > 0.05) & (ahead > 0.05) & (np.abs(pixels) < 4 * max(view.shape)).all(axis=1)
    errors.add("bbox_3d", np.linalg.norm(pixels - shown, axis=1)[near])
    errors.add("bbox_3d_metres", np.abs(corners - drawn).max())


def _keypoints(view: View, errors: Errors) -> None:
    for label in view.frame.objects:
        truth = fixed_points(view, label.instance_id)
        for point in label.keypoints or ():
            place = truth.get(point.name, np.array(point.pos))
            pixel, depth = (x[0] for x in seen_at(view.camera, place[None]))
            if depth < 0.02 or (np.abs(pixel) > 4 * max(view.shape)).any():
                continue
            assert point.pixel is not None
            errors.add("keypoints", np.linalg.norm(pixel - point.pixel))
            inside = (pixel >= 0).all() and (pixel < view.shape[::-1]).all()
            near_edge = np.abs(np.concatenate([pixel, pixel - view.shape[::-1]])).min() < 1e-3
            if not near_edge:
                errors.add("keypoint_inside", differs(np.array((point.visibility > 0) == inside)))
            if inside and not near_edge:
                _sight(view, label, point.name, pixel, float(depth), point.visibility == 2, errors)


def _sight(
    view: View,
    label: ObjectLabel,
    name: str,
    pixel: Array,
    depth: float,
    seen: bool,
    errors: Errors,
) -> None:
    """Compare visibility where it is the same a pixel around."""
    slack = 0.0
    if label.instance_id <= len(view.scene.objects):
        kind = view.assets[view.scene.objects[label.instance_id - 1].asset_hash]
        slack = next((h.width for h in kind.handles if name == f"handle_{h.name}"), 0.0)
    line = np.linspace(-1.5, 1.5, 7)  # as fine as the slats of a chair may be
    offsets = np.array([[x, y] for x in line for y in line])
    over = view.caster.cast(view.camera, pixel + offsets).depth + EDGE + slack - depth
    if np.abs(over).min() > 0.002 and ((over > 0).all() or (over < 0).all()):
        errors.add("keypoint_visibility", differs(np.array(seen == bool((over > 0).all()))))


def fixed_points(view: View, instance: int) -> dict[str, Array]:
    """Handles and openings from the links' poses, corners from vertices, in the world."""
    found: dict[str, Array] = {}
    if instance > len(view.scene.objects):
        return found
    item = view.scene.objects[instance - 1]
    kind = view.assets[item.asset_hash]
    root = transform(item.pos, item.quat)
    local = (view.caster.vertices(instance) - root[:3, 3]) @ root[:3, :3]
    for number, signs in enumerate(CORNER_SIGNS):
        corner = np.where(signs > 0, local.max(axis=0), local.min(axis=0))
        found[f"corner_{number}"] = root[:3, :3] @ corner + root[:3, 3]
    poses = link_poses(item, kind)
    for handle in kind.handles:
        found[f"handle_{handle.name}"] = (poses[handle.link] @ [*handle.pos, 1])[:3]
    for cavity in kind.cavities:
        axis = 2 if cavity.opening == "top" else 0
        middle = np.array(cavity.centre)
        middle[axis] += cavity.half_size[axis]
        found[f"opening_{cavity.name}"] = (poses[cavity.link] @ [*middle, 1])[:3]
    return found


def _amodal(view: View, errors: Errors) -> None:
    masks = AmodalMasks.from_json(view.load("seg_amodal"))
    pixels = centres(view.camera)
    for label in view.frame.objects:
        outline = _outline(view, label.instance_id)
        truth = np.zeros(len(pixels), dtype=bool)
        if outline is not None:  # other rays meet nothing
            near = ((pixels > outline[:2] - 1) & (pixels < outline[2:] + 1)).all(axis=1)
            alone = view.caster.of(label.instance_id)
            truth[near] = alone.cast(view.camera, pixels[near]).part >= 0
        truth = truth.reshape(view.shape)
        mask = decode_mask(masks, label.instance_id)
        edge = ~inner(truth)
        errors.add("seg_amodal", differs(mask == truth)[~edge & (mask | truth)])
        if truth.sum() >= SMALL:
            share = (view.owners == label.instance_id).sum() / truth.sum()
            assert label.visible_fraction is not None
            errors.add("visible_fraction", abs(label.visible_fraction - share))
