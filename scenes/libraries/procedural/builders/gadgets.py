"""Kitchen gadgets for a table: toasters, coffee makers and rice cookers."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP, PLASTIC, SHEET, Dial, block, dress, feet, rising, slab, stays
from ..toolkit.geometry import bevel_box, loft, revolve
from ..toolkit.pieces import base, ring
from .chests import lip

HOLLOW = 450.0
"""Density of plastic housings with their works in them, kg/m^3."""


def _press(draft: Draft, body: LinkDraft, face: tuple[float, float, float], travel: float,
           rng: np.random.Generator) -> None:  # fmt: skip
    """A tab in front of a point of a face, pressed down by `travel`."""
    joint = Joint(name="lever", kind="slide", axis=(0, 0, -1), limits=(0.0, round(travel, 4)),
                  damping=2.0, friction=1.0, controls="switch")  # fmt: skip
    link = draft.link("lever", body.name, face, joint)
    reach, wide = 0.034, float(rng.uniform(0.011, 0.016))
    thick = float(rng.uniform(0.0042, 0.0055))
    block(link, (GAP, -wide, -thick), (reach, wide, thick), "dial", PLASTIC, bevel=0.002)
    link.show(slab((0.003, 0.003, 0.003)), "dark", PLASTIC, (0.002, 0, 0))
    draft.handle("lever_handle", link.name, (reach - 0.012, 0, 0), (-1, 0, 0), (0, 0, 1),
                 2 * thick, "lever")  # fmt: skip
    stays(link, creep=0.012)
    slot = slab((0.0006, 0.0035, travel / 2 + 0.004))
    body.show(slot, "dark", 0.0, (face[0] + 0.0004, face[1], face[2] - travel / 2))


def toaster(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Two or four slots, a lever that is pressed down, and often a dial for browning."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    double = bool(rng.random() < 0.35)
    x = float(rng.uniform(0.26, 0.31)) / 2
    y = (float(rng.uniform(0.205, 0.225)) if double else float(rng.uniform(0.16, 0.19))) / 2
    height, foot = float(rng.uniform(0.17, 0.20)), 0.010
    body = draft.link()
    feet(body, (x - 0.02, y - 0.02), foot)
    count = 4 if double else 2
    wide, long_, deep = 0.013, x * 0.74, 0.125
    pitch = 2 * y / (count + 0.6)
    spots = [(k - (count - 1) / 2) * pitch for k in range(count)]
    _slotted(draft, body, (x, y, foot, height), spots, (long_, wide, deep))
    for k, spot in enumerate(spots):
        low, high = (-long_, spot - wide, height - deep), (long_, spot + wide, height)
        draft.cavity(f"slot_{k + 1}", body.name, low, high)
    side = 0.0 if rng.random() < 0.5 else -y * 0.4
    _press(draft, body, (x, side, height - 0.045), float(rng.uniform(0.055, 0.07)), rng)
    if side:
        Dial(0.014, 0.028, float(rng.uniform(2.0, 4.0)), bool(rng.random() < 0.5)).attach(
            draft, "browning_dial", body.name, (x, y * 0.5, foot + 0.045)
        )
    return draft.build(graspable=False, fixed=True)


def _slotted(draft: Draft, body: LinkDraft, size: tuple[float, float, float, float],
             spots: list[float], slot: tuple[float, float, float]) -> None:  # fmt: skip
    """The housing: its rounded skin, and walls around the slots to the touch."""
    x, y, z0, z1 = size
    long_, wide, deep = slot
    corner = 0.035
    skin = [(0.012, z0), (0.0, z0 + 0.014), (0.0, z1 - 0.02), (0.006, z1 - 0.006), (0.02, z1)]
    body.show(loft((x, y), corner, [(y, z0), *skin, (y, z1)], 6), "shell", HOLLOW)
    for spot in spots:
        rim = slab((long_ + 0.004, wide + 0.003, 0.0008))
        body.show(rim, "grip", 0.0, (0, spot, z1 + 0.0002))
        body.show(slab((long_, wide, 0.0008)), "dark", 0.0, (0, spot, z1 + 0.0008))
    low = z1 - deep
    body.collide("box", (x - 0.004, y - 0.004, (low - z0) / 2), (0, 0, (low + z0) / 2))
    for sign in (-1, 1):
        end = (x + long_) / 2
        body.collide("box", ((x - long_) / 2, y - 0.004, deep / 2), (sign * end, 0, z1 - deep / 2))
    edges = [-y + 0.002, *(e for s in spots for e in (s - wide, s + wide)), y - 0.002]
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        body.collide("box", (long_, (b - a) / 2, deep / 2), (0, (a + b) / 2, z1 - deep / 2))


def coffee_maker(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A filter machine: a plate for the pot under the filter, a lid on the tank, a dial."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    x, y = (rng.uniform((0.24, 0.20), (0.29, 0.25)) / 2).tolist()
    height, foot = float(rng.uniform(0.32, 0.38)), float(rng.uniform(0.045, 0.055))
    tank, head = x * 0.7, float(rng.uniform(0.10, 0.12))
    body = draft.link()
    split = tank - x  # the tank ends here; the bay for the pot stands before it
    block(body, (-x, -y, 0), (x, y, foot), "shell", HOLLOW, bevel=0.006)
    block(body, (-x, -y, foot), (split, y, height), "shell", HOLLOW * 0.6, bevel=0.006)
    over = height - head
    block(body, (split, -y, over), (x - 0.03, y, height), "shell", HOLLOW * 0.6, bevel=0.006)
    glass = slab((0.0008, 0.012, (over - foot) * 0.4))
    body.show(glass, "display", 0.0, (split + 0.0004, y * 0.72, (over + foot) / 2))
    draft.materials["display"] = look.plain((0.45, 0.62, 0.72), 0.1)
    middle = (x + split) / 2
    plate = min(x - middle, y) * 0.86
    body.show(revolve([(0, 0), (plate, 0), (plate, 0.003), (plate - 0.004, 0.004), (0, 0.004)], 28),
              "dark", SHEET, (middle, 0, foot))  # fmt: skip
    body.collide("cylinder", (plate, 0.002), (middle, 0, foot + 0.002))
    cone = [(0, over - 0.03), (0.03, over - 0.03), (plate * 0.8, over), (0, over)]
    body.show(revolve(cone, 20), "dark", HOLLOW, (middle, 0, 0))
    body.collide("cylinder", (0.04, 0.015), (middle, 0, over - 0.015))
    top = over - 0.031
    low, high = (split, -y, foot + 0.004), (x, y, top)
    draft.cavity("bay", body.name, low, high, opening="front")
    area = (plate, plate)
    draft.surface("plate", body.name, (middle, 0, foot + 0.004), area, disc=True,
                  clearance=top - foot - 0.004)  # fmt: skip
    dial = Dial.draw(rng, (0.013, 0.016))
    dial.attach(draft, "power_dial", body.name, (x, y * float(rng.uniform(-0.6, 0.6)), foot / 2))
    well = slab((x * 0.6, y * 0.8, 0.0008))
    body.show(well, "dark", 0.0, (-0.02, 0, height))
    _flap(draft, body, (-x, 0, height + GAP), (x - 0.015, y - 0.004), rng)
    return draft.build(graspable=False, fixed=True)


def _flap(draft: Draft, body: LinkDraft, hinge: tuple[float, float, float],
          half: tuple[float, float], rng: np.random.Generator) -> None:  # fmt: skip
    """A flat lid over a top, hinged at the back, with a lip at the front."""
    lid = draft.link("lid", body.name, hinge, rising("lid", float(rng.uniform(1.4, 1.7))))
    thick = 0.012
    block(lid, (0.002, -half[1], 0), (2 * half[0], half[1], thick), "shell", HOLLOW, bevel=0.004)
    lip(draft, lid, 2 * half[0], thick, rng)
    stays(lid)


def rice_cooker(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A round cooker: a pot under a domed lid hinged at the back, and a lever to press."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    draft.materials["inside"] = look.plain((0.62, 0.63, 0.64), 0.3, 0.7)
    radius, height = float(rng.uniform(0.115, 0.14)), float(rng.uniform(0.17, 0.20))
    wall, floor = 0.022, 0.035
    body = draft.link()
    inner = radius - wall
    swell = radius * float(rng.uniform(0.90, 0.97))
    outside = [(0, 0), (swell * 0.9, 0), (swell, 0.012), (radius, height * 0.6),
               (radius, height - 0.004), (radius - 0.004, height), (inner, height),
               (inner * 0.96, floor + 0.012), (inner * 0.88, floor), (0, floor)]  # fmt: skip
    body.show(revolve(outside[:6], 32), "shell", HOLLOW)
    body.show(revolve(outside[5:], 32), "inside", HOLLOW)
    base(body, swell * 0.9, 0.0, floor)
    ring(body, (radius, 0.006), (radius, height), wall * 0.9)
    free = inner * 0.92
    low, high = (-free, -free, floor), (free, free, height)
    draft.cavity("pot", body.name, low, high, round_=True, joint="lid")
    draft.surface("pot_floor", body.name, (0, 0, floor), (inner * 0.8, inner * 0.8), disc=True,
                  clearance=height - floor)  # fmt: skip
    _dome(draft, body, radius, height, rng)
    _press(draft, body, (radius - 0.001, 0, height * 0.42), 0.03, rng)
    plate = bevel_box((0.006, 0.032, 0.042), 0.003)
    body.show(plate, "dark", 0.0, (radius - 0.007, 0, height * 0.42 - 0.012))
    return draft.build(graspable=False, fixed=True)


def _dome(draft: Draft, body: LinkDraft, radius: float, height: float,
          rng: np.random.Generator) -> None:  # fmt: skip
    """A domed lid whose hinge is at the back rim."""
    lid = draft.link("lid", body.name, (-radius, 0, height + GAP), rising("lid", 1.5))
    edge, rise = 0.014, float(rng.uniform(0.025, 0.05))
    angle = np.linspace(0, np.pi / 2, 6)
    dome = np.stack([radius * np.cos(angle), edge + rise * np.sin(angle)], -1)
    profile = [(0, 0), (radius - 0.003, 0), (radius, 0.003), *map(tuple, dome.tolist())]
    lid.show(revolve(profile, 32), "shell", HOLLOW * 0.5, (radius, 0, 0))
    vent = [(0, edge + rise - 0.001), (0.012, edge + rise - 0.001), (0.010, edge + rise + 0.004),
            (0, edge + rise + 0.004)]  # fmt: skip
    lid.show(revolve(vent, 14), "dark", HOLLOW, (radius, 0, 0))
    lid.collide("cylinder", (radius, edge / 2), (radius, 0, edge / 2))
    lid.collide("cylinder", (radius * 0.8, rise * 0.3), (radius, 0, edge + rise * 0.3))
    lid.collide("cylinder", (radius * 0.5, rise / 2), (radius, 0, edge + rise / 2))
    lip(draft, lid, 2 * radius, edge, rng)
    stays(lid)


PLUGIN = Builders(
    Category("toaster.n.02", "toaster", toaster, keeps="nothing"),
    Category(
        "coffee_maker.n.01",
        "coffee-maker",
        coffee_maker,
        keeps="cups",
        carries="cups",
        stands_in=("french_press.n.01",),
    ),
    Category("rice_cooker.n.01", "rice-cooker", rice_cooker, keeps="steamed"),
)
