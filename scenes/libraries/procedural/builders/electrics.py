"""Laptops, switches and radios: lids, dials and toggles."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP, PLASTIC, Dial, block, dress, rising, slab, stays
from ..toolkit.geometry import bevel_box, revolve, rotation, tube
from ..toolkit.pieces import turned

WORKS = 700.0
"""Density of housings with electronics in them, kg/m^3."""


def laptop(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A clamshell whose lid is lifted by a tongue at its front edge."""
    draft = Draft(asset_id, category)
    _casing(draft, rng)
    y = float(rng.uniform(0.28, 0.36)) / 2
    x, thick = y * float(rng.uniform(0.66, 0.74)), float(rng.uniform(0.016, 0.020))
    body = draft.link()
    block(body, (-x, -y, 0.002), (x, y, thick), "shell", WORKS * 1.6, bevel=0.002)
    for sx in (-1, 1):
        for sy in (-1, 1):
            low = (sx * (x - 0.03) - 0.006, sy * (y - 0.03) - 0.006, 0)
            block(body, low, np.add(low, (0.012, 0.012, 0.003)), "keys", PLASTIC)
    _keyboard(body, x, y, thick, rng)
    lid = draft.link(
        "lid", body.name, (-x, 0, thick + GAP), rising("lid", float(rng.uniform(1.65, 1.85)))
    )
    panel = float(rng.uniform(0.006, 0.008))
    block(lid, (0.001, -y, 0), (2 * x, y, panel), "shell", WORKS, bevel=0.0015)
    barrel = revolve([(0, -0.4 * y), (0.004, -0.4 * y), (0.004, 0.4 * y), (0, 0.4 * y)], 10)
    body.show(barrel.moved((0, 0, 0), rotation("x", np.pi / 2)), "keys", 0.0, (0.004 - x, 0, thick))
    lid.show(slab((x - 0.004, y - 0.004, 0.0005)), "bezel", 0.0, (x, 0, -0.0004))
    shown = slab((x - 0.014, y - 0.010, 0.0003))
    lid.show(shown.unit_uv(), "screen", 0.0, (x + 0.004, 0, -0.0008))
    lid.show(revolve([(0, 0), (0.014, 0), (0.014, 0.0005), (0, 0.0005)], 20), "emblem", 0.0,
             (x, 0, panel))  # fmt: skip
    wide = float(rng.uniform(0.008, 0.012))
    block(lid, (2 * x - 0.002, -wide, 0), (2 * x + 0.030, wide, panel), "pad", WORKS, bevel=0.0025)
    pos = (2 * x + 0.020, 0, panel / 2)
    # Taken from above while it lies, and from above while it stands.
    for name, approach in (("lid_handle", (0, 0, -1)), ("raised_lid_handle", (-1, 0, 0))):
        draft.handle(name, lid.name, pos, approach, (0, 1, 0), 2 * wide, "lid")
    stays(lid, 1.3)
    return draft.build(graspable=False, fixed=True)


def _casing(draft: Draft, rng: np.random.Generator) -> None:
    """The materials of a laptop."""
    bodies = ((0.74, 0.75, 0.77), (0.16, 0.16, 0.17), (0.42, 0.43, 0.46), (0.86, 0.84, 0.80),
              (0.20, 0.27, 0.38), (0.55, 0.18, 0.20))  # fmt: skip
    shell = look.pick(rng, bodies)
    draft.materials["shell"] = look.plain(shell, 0.35, 0.5)
    draft.materials["keys"] = look.plain((0.10, 0.10, 0.11), 0.6)
    draft.materials["pad"] = look.plain(look.shade(shell, 0.82), 0.4)
    draft.materials["bezel"] = look.plain((0.05, 0.05, 0.055), 0.2)
    screens = ((0.16, 0.30, 0.52), (0.10, 0.42, 0.40), (0.42, 0.22, 0.44), (0.13, 0.14, 0.17))
    screen = look.pick(rng, screens)
    draft.materials["screen"] = look.textured(
        rng, "gradient", (screen, look.shade(screen, 1.9)), 1.0, 0.1
    )
    draft.materials["emblem"] = look.plain(
        look.shade(shell, 1.25 if rng.random() < 0.5 else 0.6), 0.2
    )


def _keyboard(body: LinkDraft, x: float, y: float, z: float, rng: np.random.Generator) -> None:
    """Rows of keys and a touch pad, flush with the deck."""
    rows, back = 5, -x + 0.25 * x
    pitch = 0.85 * x / rows
    body.show(slab((pitch * rows / 2 + 0.003, y * 0.88, 0.0003)), "bezel", 0.0,
              (back + pitch * rows / 2, 0, z))  # fmt: skip
    keys = int(rng.integers(10, 13))
    for row in range(rows):
        wide = y * 1.72 / keys
        for k in range(keys):
            spot = (back + (row + 0.5) * pitch, (k - (keys - 1) / 2) * wide, z + 0.0005)
            if row == rows - 1 and 2 < k < keys - 3:
                continue
            body.show(slab((pitch * 0.42, wide * 0.42, 0.0006)), "keys", 0.0, spot)
    bar = (pitch * 0.42, y * 0.42, 0.0006)
    body.show(slab(bar), "keys", 0.0, (back + (rows - 0.5) * pitch, 0, z + 0.0005))
    low, high = back + rows * pitch + 0.010, x - 0.026
    body.show(slab(((high - low) / 2, y * 0.34, 0.0004)), "pad", 0.0, ((high + low) / 2, 0, z))


def switch(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wall plate with one to three toggles, or with a dimmer's dial."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    plates = ((0.94, 0.93, 0.90), (0.90, 0.90, 0.90), (0.16, 0.16, 0.17))
    draft.materials["plate"] = (
        look.metal(rng) if rng.random() < 0.4 else look.plain(look.pick(rng, plates), 0.4)
    )
    count = int(rng.integers(1, 4))
    dimmer = count == 1 and bool(rng.random() < 0.6)
    pitch = float(rng.uniform(0.046, 0.050))
    z = float(rng.uniform(0.085, 0.115)) / 2
    y = (count * pitch + float(rng.uniform(0.026, 0.036))) / 2
    thick = float(rng.uniform(0.008, 0.012))
    body = draft.link()
    block(body, (0, -y, 0), (thick, y, 2 * z), "plate", PLASTIC, bevel=0.003)
    screw = revolve([(0, 0), (0.0035, 0), (0.003, 0.0012), (0, 0.0014)], 10)
    for sign in (-1, 1):
        spot = (thick, 0, z + sign * (z - 0.010))
        body.show(screw.moved((0, 0, 0), rotation("y", np.pi / 2)), "grip", 0.0, spot)
    if dimmer:
        dial = Dial(float(rng.uniform(0.016, 0.021)), 0.028, 4.2, bool(rng.random() < 0.4))
        dial.attach(draft, "dimmer", body.name, (thick, 0, z))
        return draft.build(graspable=False, fixed=True)
    for k in range(count):
        _toggle(draft, body, f"toggle_{k + 1}", (thick, (k - (count - 1) / 2) * pitch, z))
    return draft.build(graspable=False, fixed=True)


def _toggle(draft: Draft, body: LinkDraft, name: str, face: tuple[float, float, float]) -> None:
    """A short lever that points down and is tipped up."""
    tip = 0.32
    joint = Joint(name=name, kind="hinge", axis=(0, -1, 0), limits=(0.0, 2 * tip), damping=0.003,
                  friction=0.01, controls="switch")  # fmt: skip
    link = draft.link(name, body.name, face, joint)
    half, root = np.array([0.0115, 0.0045, 0.0042]), 0.0068
    turn = rotation("y", tip)
    middle = turn @ np.array([root + half[0], 0, 0])
    link.show(bevel_box(half, 0.0015).moved((0, 0, 0), turn), "dial", PLASTIC, middle)
    link.collide("box", half, middle, turned(0.0, tip))
    link.show(
        slab((0.006, 0.004, 0.003)).moved((0, 0, 0), turn), "dial", PLASTIC, turn @ [0.004, 0, 0]
    )
    body.show(bevel_box((0.0012, 0.008, 0.014), 0.0008), "dark", 0.0, (face[0], face[1], face[2]))
    pos = turn @ np.array([root + 2 * half[0] - 0.006, 0, 0])
    draft.handle(f"{name}_handle", name, pos, (-1, 0, 0), (0, 1, 0), 2 * float(half[1]), name)
    stays(link)


def radio(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A table radio: a speaker, a scale, two dials, and often a carrying bow."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    draft.materials["case"] = look.wood(rng) if rng.random() < 0.5 else look.plastic(rng)
    cloth = look.pick(rng, ((0.72, 0.64, 0.50), (0.30, 0.28, 0.26), (0.80, 0.78, 0.74)))
    draft.materials["cloth"] = look.textured(
        rng, "fabric", (cloth, look.shade(cloth, 0.7)), 30.0, 0.9
    )
    draft.materials["scale"] = look.plain((0.93, 0.86, 0.66), 0.3)
    x, y, z = (rng.uniform((0.09, 0.24, 0.14), (0.12, 0.32, 0.20)) / 2).tolist()
    foot = 0.008
    body = draft.link()
    for sign in (-1, 1):
        low, high = (-x * 0.8, sign * y * 0.8 - 0.01, 0), (x * 0.8, sign * y * 0.8 + 0.01, foot)
        block(body, low, high, "dark", PLASTIC)
    block(body, (-x, -y, foot), (x, y, 2 * z), "case", WORKS, bevel=0.006)
    side = 1.0 if rng.random() < 0.5 else -1.0
    up = z + foot / 2
    speaker = bevel_box((0.002, y * 0.48, z - 0.022), 0.001)
    body.show(speaker, "cloth", 0.0, (x, -side * y * 0.42, up))
    body.show(
        bevel_box((0.0015, y * 0.34, z * 0.26), 0.001),
        "scale",
        0.0,
        (x, side * y * 0.53, up + z * 0.52),
    )
    needle = slab((0.0004, 0.001, z * 0.22))
    body.show(
        needle, "mark", 0.0, (x + 0.0018, side * y * float(rng.uniform(0.4, 0.7)), up + z * 0.52)
    )
    dial = Dial.draw(rng, (0.014, 0.017))
    for name, share in (("volume_dial", 0.29), ("tuning_dial", 0.77)):
        spot = max(share * y, 0.028) if name == "volume_dial" else min(share * y + 0.004, y - 0.02)
        dial.attach(draft, name, body.name, (x, side * spot, up - z * 0.35))
    if rng.random() < 0.6:
        _bow(body, y * 0.7, 2 * z)
    else:
        draft.surface("top", body.name, (0, 0, 2 * z), (x * 0.9, y * 0.95))
    return draft.build(graspable=False, fixed=True)


def _bow(body: LinkDraft, reach: float, top: float) -> None:
    """A carrying handle over a top, `reach` to either side."""
    rise = 0.035
    angle = np.linspace(np.pi, 0, 11)
    bow = np.stack(
        [0 * angle, reach * np.cos(angle), top + rise * np.sin(angle) ** 0.5 - 0.004], -1
    )
    body.show(tube(bow, 0.005, 8), "grip", PLASTIC)
    body.collide("box", (0.005, reach * 0.8, 0.006), (0, 0, top + rise - 0.008))


PLUGIN = Builders(
    Category("laptop.n.01", "laptop", laptop),
    Category("switch.n.01", "switch", switch),
    Category("radio_receiver.n.01", "radio", radio),
)
