"""Small plants in pots."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Mesh, revolve, rotation, tube
from ..toolkit.pieces import LIFT, column, foot

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)


def pot_plant(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small plant in a pot of clay or glaze: broad leaves, blades, or a cactus."""
    draft = Draft(asset_id, category)
    clay = look.plain(look.pick(rng, ((0.72, 0.40, 0.27), (0.66, 0.36, 0.24))), 0.9)
    draft.materials["pot"] = clay if rng.random() < 0.45 else look.glaze(rng)
    draft.materials["soil"] = look.plain((0.20, 0.14, 0.10), 0.95)
    green = look.pick(
        rng, ((0.22, 0.44, 0.18), (0.34, 0.54, 0.22), (0.18, 0.36, 0.22), (0.46, 0.60, 0.36))
    )
    draft.materials["leaf"] = look.plain(green, 0.6)
    draft.materials["young"] = look.plain(look.shade(green, 1.3), 0.6)
    rim, height = float(rng.uniform(0.029, 0.0335)), float(rng.uniform(0.055, 0.070))
    low = rim * float(rng.uniform(0.72, 0.85))
    link = draft.link()
    band = height * 0.74
    pot = [
        (0, 0), (low - 0.002, 0), (low, 0.002), (rim - 0.003, band), (rim, band), (rim, height),
        (rim - 0.004, height), (rim - 0.004, height - 0.007), (0, height - 0.007),
    ]  # fmt: skip
    link.show(revolve(pot[:-1], 28), "pot", CLAY)
    link.show(revolve(pot[-2:], 24), "soil", CLAY)
    foot(link, low - 0.002, 0.008)
    column(link, (low + rim) / 2 - 0.002, LIFT, band)
    column(link, rim, band, height)
    style = int(rng.integers(3))
    if style == 0:
        _cactus(link, height - 0.007, rng)
    else:
        _foliage(link, height - 0.008, rng, broad=style == 1)
    return draft.build(graspable=True)


def _cactus(link: LinkDraft, z: float, rng: np.random.Generator) -> None:
    """A ribbed column with one or two arms."""
    girth, tall = float(rng.uniform(0.013, 0.017)), float(rng.uniform(0.055, 0.085))
    t = np.linspace(0, 1, 9)
    r = girth * np.where(
        t < 0.75, 0.9 + 0.13 * t, np.sqrt(np.maximum(1 - ((t - 0.75) / 0.25) ** 2, 0))
    )
    r[-1] = 0.0
    trunk = revolve(np.stack([r, z + t * tall], -1), 24)
    angle = np.arctan2(trunk.vertices[:, 1], trunk.vertices[:, 0])
    ribs = 1 - 0.10 * (np.cos(12 * angle) < 0)
    link.show(
        Mesh(
            trunk.vertices * np.stack([ribs, ribs, np.ones_like(ribs)], -1), trunk.faces, trunk.uv
        ),
        "leaf",
        LEAF * 3,
    )
    column(link, girth * 0.95, z, z + tall * 0.94)
    for k in range(int(rng.integers(0, 3))):
        side = 1 - 2 * k
        up = z + tall * float(rng.uniform(0.3, 0.45))
        path = np.array(
            [
                [0, side * girth * 0.7, up],
                [0, side * girth * 1.7, up + 0.004],
                [0, side * girth * 1.9, up + 0.022],
            ]
        )
        link.show(tube(path, np.array([0.006, 0.0065, 0.0055]), 8), "leaf", LEAF * 3)
        link.collide("box", (0.005, girth * 0.6, 0.006), (0, side * girth * 1.35, up + 0.002))
        link.collide("box", (0.0055, 0.0055, 0.011), (0, side * girth * 1.85, up + 0.012))


def _foliage(link: LinkDraft, z: float, rng: np.random.Generator, *, broad: bool) -> None:
    """Leaves that rise and spread from the middle of a pot."""
    count = int(rng.integers(9, 13) if broad else rng.integers(10, 15))
    reach = 0.0
    top = z
    for k in range(count):
        yaw = k * 2.39996 + float(rng.uniform(-0.3, 0.3))
        inner = k / count
        tall = float(rng.uniform(0.045, 0.065)) * (0.55 + 0.6 * inner)
        out = float(rng.uniform(0.026, 0.036)) * (1.0 - 0.75 * inner)
        wide = 0.012 if broad else 0.0055
        leaf = _leaf(out, tall if broad else tall * 1.25, wide, droop=0.25 if broad else 0.05)
        link.show(leaf.moved((0, 0, z), rotation("z", yaw)), "leaf" if k % 3 else "young", LEAF)
        reach, top = max(reach, out), max(top, z + float(leaf.vertices[:, 2].max()))
    crown = top - z
    link.collide("cylinder", (reach * 0.45, crown * 0.25), (0, 0, z + crown * 0.25))
    link.collide(
        "ellipsoid", (reach * 0.85, reach * 0.85, crown * 0.36), (0, 0, top - crown * 0.38)
    )


def _leaf(out: float, tall: float, wide: float, droop: float) -> Mesh:
    """A leaf from the origin towards +x and up, seen from both sides, a millimetre thick."""
    t = np.linspace(0, 1, 6)
    spine = np.stack([out * t**1.3, np.zeros(6), tall * (t - droop * t**3)], -1)
    half = wide * np.sin(np.pi * np.clip(t * 0.92 + 0.06, 0, 1)) ** 0.8
    half[-1] = 0.0004
    left, right = spine.copy(), spine.copy()
    left[:, 1], right[:, 1] = half, -half
    left[:, 2] += half * 0.35
    right[:, 2] += half * 0.35
    thin = np.array([-0.0004, 0.0, 0.0005])
    rings = np.stack([left, spine + thin, right, spine - thin], axis=1)
    count = len(t)
    faces: list[tuple[int, int, int]] = []
    for k in range(count - 1):
        for i in range(4):
            a, b = 4 * k + i, 4 * k + (i + 1) % 4
            faces += [(a, b, b + 4), (a, b + 4, a + 4)]
    points = rings.reshape(-1, 3)
    mesh = Mesh(points, np.array(faces), points[:, :2])
    middle = points[mesh.faces]
    volume = float(np.einsum("ij,ij->i", middle[:, 0], np.cross(middle[:, 1], middle[:, 2])).sum())
    return mesh if volume > 0 else Mesh(points, mesh.faces[:, ::-1], points[:, :2])


PLUGIN = Builders(
    Category("pot_plant.n.01", "pot-plant", pot_plant, uses=("garden", "decor", "desk")),
)
