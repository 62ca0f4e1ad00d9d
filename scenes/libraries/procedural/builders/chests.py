"""Chests and toolboxes: a box under a lid hinged at the back, lifted by a lip at the front."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP
from ..toolkit.geometry import Index, Mesh, loft

BOARD = 480.0
GRAVITY = 9.81


def cedar_chest(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wooden chest with metal bands, its lid flat or vaulted."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.wood(rng)
    draft.materials["lid"] = draft.materials["body"] if rng.random() < 0.7 else look.wood(rng)
    draft.materials["grip"] = look.metal(rng)
    return _chest(draft, rng, vault=bool(rng.random() < 0.5))


def toolbox(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A painted toolbox with a flat lid."""
    draft = Draft(asset_id, category)
    colours = ((0.70, 0.12, 0.11), (0.14, 0.30, 0.55), (0.90, 0.62, 0.10), (0.22, 0.24, 0.26))
    draft.materials["body"] = look.plain(look.pick(rng, colours), 0.35, 0.1)
    lid = look.plain((0.10, 0.10, 0.11), 0.5) if rng.random() < 0.5 else draft.materials["body"]
    draft.materials["lid"] = lid
    draft.materials["grip"] = look.metal(rng)
    return _chest(draft, rng, vault=False)


def _chest(draft: Draft, rng: np.random.Generator, *, vault: bool) -> Asset:
    x, y, z = rng.uniform((0.095, 0.13, 0.11), (0.12, 0.17, 0.15)).tolist()
    wall, floor, lid_thick = 0.010, 0.010, 0.012
    body = draft.link()
    _walls(body, (x, y), z, wall, floor)
    low, high = (wall - x, wall - y, floor), (x - wall, y - wall, z)
    draft.cavity("inside", body.name, low, high, joint="lid")
    draft.surface(
        "floor", body.name, (0, 0, floor), (high[0] * 0.96, high[1] * 0.96), clearance=z - floor
    )
    opening = round(float(rng.uniform(1.65, 1.85)), 4)
    damping = round(float(rng.uniform(0.1, 0.2)), 3)
    joint = Joint(name="lid", kind="hinge", axis=(0, -1, 0), limits=(0.0, opening), damping=damping)
    lid = draft.link("lid", body.name, (-x, 0, z + GAP), joint)
    _lid(lid, (x, y), lid_thick, vault)
    lip(draft, lid, 2 * x, lid_thick, rng)
    # A friction hinge: the lid stays where it is left, at any angle.
    torque = lid.first[0] * GRAVITY
    lid.joint = joint.model_copy(update={"friction": round(1.25 * float(torque), 3)})
    return draft.build(graspable=False, fixed=True)


def _walls(body: LinkDraft, half: tuple[float, float], z: float, wall: float, floor: float) -> None:
    """Four walls, a floor, and two bands."""
    x, y = half
    body.box((x - wall, y - wall, floor / 2), (0, 0, floor / 2), "body", BOARD)
    for sign in (-1, 1):
        body.box((wall / 2, y, z / 2), (sign * (x - wall / 2), 0, z / 2), "body", BOARD)
        side = (0, sign * (y - wall / 2), z / 2)
        body.box((x - wall, wall / 2, z / 2), side, "body", BOARD)
        for face in (-1, 1):
            band = (face * x, sign * y * 0.62, z / 2)
            body.box((0.0012, 0.012, z / 2 - 0.001), band, "grip", BOARD, solid=False, bevel=0.0005)


def _lid(lid: LinkDraft, half: tuple[float, float], thick: float, vault: bool) -> None:
    """A slab whose hinge is at its lower back edge, and a vault over it."""
    x, y = half
    lid.box((x, y, thick / 2), (x, 0, thick / 2), "lid", BOARD)
    if not vault:
        for sign in (-1, 1):
            band = (x, sign * y * 0.62, thick)
            lid.box((x - 0.002, 0.012, 0.0012), band, "grip", BOARD, solid=False, bevel=0.0005)
        return
    rise = x * 0.45
    barrel = _barrel(x * 0.97, y * 0.97, rise)
    lid.show(barrel, "lid", BOARD * 0.4, (x, 0, thick))
    steps = 3
    for k in range(steps):
        low, high = rise * k / steps, rise * (k + 1) / steps
        reach = x * 0.97 * float(np.sqrt(1 - ((low + high) / 2 / rise) ** 2))
        size = (reach, y * 0.97, (high - low) / 2)
        lid.collide("box", size, (x, 0, thick + (low + high) / 2))


def _barrel(half_x: float, half_y: float, rise: float) -> Mesh:
    """Half an elliptic cylinder along y with a flat underside at z = 0."""
    angle = np.linspace(0, np.pi, 15)
    arch = np.stack([half_x * np.cos(angle), rise * np.sin(angle)], -1)
    n = len(arch)
    sides = [np.column_stack([arch[:, 0], np.full(n, s * half_y), arch[:, 1]]) for s in (-1, 1)]
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arch, axis=0), axis=1))])
    vertices = np.concatenate([*sides, *sides, np.array([[0, -half_y, 0], [0, half_y, 0]])])
    uv = np.concatenate(
        [
            *(np.column_stack([along, np.full(n, s * half_y)]) for s in (-1, 1)),
            *([arch] * 2), np.zeros((2, 2)),
        ]
    )  # fmt: skip
    k: Index = np.arange(n - 1)
    a, b, c, d = k, k + 1, n + k + 1, n + k
    roof = np.concatenate([np.stack([a, d, c], -1), np.stack([a, c, b], -1)])
    ends = np.concatenate(
        [
            np.stack([2 * n + k, 2 * n + k + 1, np.full(n - 1, 4 * n)], -1),
            np.stack([3 * n + k + 1, 3 * n + k, np.full(n - 1, 4 * n + 1)], -1),
        ]
    )
    under = np.array([[2 * n, 3 * n - 1, 4 * n - 1], [2 * n, 4 * n - 1, 3 * n]])
    return Mesh(vertices, np.concatenate([roof, ends, under]), uv)


def lip(draft: Draft, lid: LinkDraft, front: float, thick: float, rng: np.random.Generator) -> None:
    """A flat lip that stands out 40 mm from the front of the lid."""
    half = (0.021, float(rng.uniform(0.035, 0.055)), float(rng.uniform(0.0045, 0.0062)))
    middle = (front + half[0] - 0.002, 0, thick / 2)
    lid.show(
        loft(half[:2], 0.012, [(half[0], -half[2]), (0.001, -half[2]), (0, 0.001 - half[2]),
                               (0, half[2] - 0.001), (0.001, half[2]), (half[0], half[2])]),
        "grip", 1200.0, middle,
    )  # fmt: skip
    lid.collide("box", half, middle)
    pos = (front + 0.024, 0, thick / 2)
    draft.handle("lid_handle", lid.name, pos, (-1, 0, 0), (0, 0, 1), 2 * half[2], "lid")


PLUGIN = Builders(
    Category(
        "cedar_chest.n.01",
        "chest",
        cedar_chest,
        keeps="no food",
        stands_in=("cooler.n.01",),
        uses=("bath", "decor", "desk", "play"),
    ),
    Category(
        "toolbox.n.01",
        "toolbox",
        toolbox,
        sort="storage",
        keeps="inedible",
        uses=("workshop", "garden"),
    ),
)
