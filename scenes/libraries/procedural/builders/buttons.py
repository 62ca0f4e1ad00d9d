"""Things with a push button: loudspeakers, and alarm boxes whose button is pulled out again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft, Point
from ..toolkit.fittings import GAP, PLASTIC, block, dress, stays
from ..toolkit.geometry import bevel_box, revolve, rotation

HOUSING = 500.0
"""Density of boxes with a driver or a circuit in them, kg/m^3."""
LATCH = 1.5
"""Force that holds a button where it is, newtons."""
SIGNALS: tuple[look.Rgb, ...] = ((0.78, 0.09, 0.08), (0.90, 0.45, 0.06), (0.16, 0.52, 0.24))


@dataclass(frozen=True)
class Button:
    """A button that stays where it is pressed to.

    Attributes:
        radius: metres.
        length: by which it stands out of its face, metres.
        travel: metres.
    """

    radius: float
    length: float
    travel: float

    def attach(self, draft: Draft, name: str, parent: str, face: Point, *, pull: bool
               ) -> LinkDraft:  # fmt: skip
        """Fix it to a point of a face that looks up.

        `pull` gives it a handle by which it can be pulled out again.
        """
        r, length = self.radius, self.length
        joint = Joint(
            name=name, kind="slide", axis=(0, 0, -1),
            limits=(0.0, round(self.travel, 4)), damping=30.0, friction=LATCH, open_fraction=0.5,
            controls="switch",
        )  # fmt: skip
        link = draft.link(name, parent, face, joint)
        low = self.travel + GAP
        body = [(0, low), (r, low), (r, length - 0.003), (r * 0.9, length), (0, length)]
        link.show(revolve(body, 20), "button", PLASTIC * 0.3)
        stem = revolve([(0, 0), (r * 0.6, 0), (r * 0.6, low), (0, low)], 12)
        link.show(stem, "dark", PLASTIC * 0.3)
        link.collide("cylinder", (r, (length - low) / 2), (0, 0, (length + low) / 2))
        if pull:
            pos = (0, 0, length - 0.007)
            draft.handle(f"{name}_handle", name, pos, (0, 0, -1), (0, 1, 0), 2 * r, name)
        stays(link)
        return link


def loudspeaker(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A box with one or two cones behind cloth, and a button on its top."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    draft.materials["case"] = look.wood(rng) if rng.random() < 0.6 else look.plastic(rng)
    draft.materials["cloth"] = look.textured(
        rng, "fabric", ((0.16, 0.16, 0.17), (0.10, 0.10, 0.11)), 40.0, 0.9
    )
    draft.materials["button"] = look.metal(rng)
    x, y, z = (rng.uniform((0.10, 0.09, 0.15), (0.15, 0.15, 0.24)) / 2).tolist()
    foot = 0.006
    body = draft.link()
    block(body, (-x + 0.01, -y + 0.01, 0), (x - 0.01, y - 0.01, foot), "dark", PLASTIC * 0.3)
    block(body, (-x, -y, foot), (x, y, 2 * z), "case", HOUSING, bevel=0.004)
    middle = z + foot / 2
    front = bevel_box((0.002, y - 0.010, z - 0.014), 0.001)
    body.show(front, "cloth", 0.0, (x, 0, middle))
    cone = min(y - 0.016, (z - 0.02) / 2 if rng.random() < 0.5 else z - 0.02)
    rim = revolve([(cone * 0.9, 0), (cone, 0), (cone, 0.002), (cone * 0.9, 0.002)], 28)
    for height in (-1, 1) if cone < (z - 0.019) / 2 else (0,):
        spot = (x + 0.002, 0, middle + height * z / 2)
        body.show(rim.moved((0, 0, 0), rotation("y", np.pi / 2)), "grip", 0.0, spot)
    button = Button(
        float(rng.uniform(0.012, 0.018)), float(rng.uniform(0.011, 0.014)),
        float(rng.uniform(0.005, 0.007)),
    )  # fmt: skip
    spot = (x * float(rng.uniform(-0.2, 0.4)), y * float(rng.uniform(-0.4, 0.4)), 2 * z)
    button.attach(draft, "power_button", body.name, spot, pull=False)
    return draft.build(graspable=False, fixed=True)


def alarm(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A low box with a mushroom button on its top, to press and to pull out again."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    signal = look.pick(rng, SIGNALS)
    pale = bool(rng.random() < 0.5)
    draft.materials["case"] = look.plain((0.93, 0.92, 0.88) if pale else signal, 0.4)
    draft.materials["button"] = look.plain(signal if pale else (0.08, 0.08, 0.09), 0.3)
    draft.materials["label"] = look.plain(signal if pale else (0.95, 0.95, 0.93), 0.5)
    x, y, z = (rng.uniform((0.09, 0.09, 0.045), (0.13, 0.13, 0.065)) / 2).tolist()
    body = draft.link()
    block(body, (-x, -y, 0), (x, y, 0.008), "dark", PLASTIC, bevel=0.002)
    block(body, (-x, -y, 0.008), (x, y, 2 * z), "case", HOUSING, bevel=0.004)
    radius = float(rng.uniform(0.015, 0.021))
    plate = revolve([(0, 0), (radius + 0.010, 0), (radius + 0.009, 0.001), (0, 0.001)], 28)
    body.show(plate, "label", 0.0, (0, 0, 2 * z))
    button = Button(radius, float(rng.uniform(0.030, 0.035)), float(rng.uniform(0.006, 0.009)))
    button.attach(draft, "button", body.name, (0, 0, 2 * z), pull=True)
    return draft.build(graspable=False, fixed=True)


PLUGIN = Builders(
    Category("loudspeaker.n.01", "loudspeaker", loudspeaker, uses=("desk", "decor")),
    Category("fire_alarm.n.02", "fire-alarm", alarm),
)
