"""Balls with seams, on a small flat."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import Array, Mesh, revolve, rotation
from ..toolkit.pieces import LIFT, foot

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)


def tennis_ball(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tennis ball with its seam."""
    draft = Draft(asset_id, category)
    felt = look.pick(rng, ((0.78, 0.88, 0.22), (0.84, 0.90, 0.30), (0.92, 0.60, 0.18)))
    draft.materials["felt"] = look.textured(
        rng, "speckle", (felt, look.shade(felt, 0.9)), 20.0, 0.95
    )
    draft.materials["seam"] = look.plain((0.95, 0.95, 0.92), 0.9)
    radius, seam = rng.uniform((0.0305, 0.0012), (0.0347, 0.0016)).tolist()
    return _seamed(draft, rng, radius, RUBBER, seam)


def baseball(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A baseball with its red stitches."""
    draft = Draft(asset_id, category)
    hide = look.pick(rng, ((0.95, 0.93, 0.88), (0.92, 0.88, 0.80)))
    draft.materials["felt"] = look.plain(hide, 0.6)
    draft.materials["seam"] = look.plain((0.72, 0.12, 0.12), 0.8)
    radius, seam = rng.uniform((0.0310, 0.0009), (0.0348, 0.0013)).tolist()
    return _seamed(draft, rng, radius, 620.0, seam)


def _seamed(
    draft: Draft, rng: np.random.Generator, radius: float, density: float, seam: float
) -> Asset:
    """A ball on a small flat, with the seam of two figures of eight, `seam` to either side.

    How far the seam waves and how the ball lies are drawn.
    """
    curl, tilt = rng.uniform((0.41, 0.4), (0.47, 1.0)).tolist()
    link = draft.link()
    t = np.linspace(-np.pi / 2, np.pi / 2, 15)
    r = radius * np.cos(t)
    r[0] = r[-1] = 0.0
    link.show(revolve(np.stack([r, radius * np.sin(t) + radius], -1), 26), "felt", density)
    s = np.linspace(0, 2 * np.pi, 41)
    curve = np.stack([
        (1 - curl) * np.cos(s) + curl * np.cos(3 * s),
        (1 - curl) * np.sin(s) - curl * np.sin(3 * s),
        2 * np.sqrt(curl * (1 - curl)) * np.sin(2 * s),
    ], -1)  # fmt: skip
    curve = curve / np.linalg.norm(curve, axis=1, keepdims=True) * (radius - seam * 0.1)
    turned_ = curve @ rotation("x", tilt).T + np.array([0, 0, radius])
    link.show(_thread(turned_, seam, np.array([0, 0, radius])), "seam", 0.0)
    link.collide("ellipsoid", (radius, radius, radius - LIFT / 2), (0, 0, radius + LIFT / 2))
    foot(link, 0.25 * radius, 0.010)
    return draft.build(graspable=True, friction=0.9)


def _thread(path: Array, wide: float, centre: Array) -> Mesh:
    """A closed strip, roof-shaped, laid along a curve on a ball."""
    out = path - centre
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    along = np.gradient(path, axis=0)
    along[0] = along[-1] = path[1] - path[-2]
    side = np.cross(out, along)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    count = len(path)
    points = np.concatenate([path - side * wide, path + out * wide * 0.45, path + side * wide])
    k = np.arange(count - 1)
    faces = [
        np.stack(t, -1)
        for b in (0, count)
        for t in ((k + b, k + 1 + b, k + count + 1 + b), (k + b, k + count + 1 + b, k + count + b))
    ]
    mesh = Mesh(points, np.concatenate(faces), points[:, :2])
    normal = np.cross(
        points[mesh.faces[0, 1]] - points[mesh.faces[0, 0]],
        points[mesh.faces[0, 2]] - points[mesh.faces[0, 0]],
    )
    return mesh if normal @ out[0] > 0 else Mesh(points, mesh.faces[:, ::-1], points[:, :2])


def hazelnut(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A smooth nut with a pale end."""
    draft = Draft(asset_id, category)
    draft.materials["shell"] = look.textured(
        rng, "stripes", ((0.55, 0.33, 0.16), (0.47, 0.27, 0.12)), 6.0, 0.5
    )
    draft.materials["end"] = look.plain((0.78, 0.66, 0.48), 0.8)
    radius = float(rng.uniform(0.0062, 0.0072))
    link = draft.link()
    t = np.linspace(-np.pi / 2, np.pi / 2, 9)
    rows = radius * np.stack([np.cos(t), 1 + np.sin(t)], -1)
    rows[0, 0] = rows[-1, 0] = 0.0
    link.show(revolve(rows[2:], 14), "shell", FULL)
    link.show(revolve([*rows[:3].tolist(), (0.0, float(rows[2, 1]))], 14), "end", FULL)
    link.collide("sphere", (radius,), (0, 0, radius))
    return draft.build(graspable=True, grain=True, friction=0.35)


PLUGIN = Builders(
    Category("hazelnut.n.02", "hazelnut", hazelnut),
    Category("tennis_ball.n.01", "tennis-ball", tennis_ball),
    Category("baseball.n.02", "baseball", baseball),
)
