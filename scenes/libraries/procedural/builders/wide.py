"""Closed boxes and pots that are wider than a gripper opens and have no rim: to be pushed."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import bevel_box, revolve
from ..toolkit.pieces import LIFT, column, foot
from ..toolkit.slabs import sheet

CARDBOARD, GAME, IRON = 90.0, 260.0, 650.0


def pizza_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A closed pizza box."""
    draft = Draft(asset_id, category)
    brown = look.pick(rng, ((0.78, 0.62, 0.44), (0.93, 0.91, 0.87)))
    draft.materials["board"] = look.textured(
        rng, "stripes", (brown, look.shade(brown, 0.95)), 40.0, 0.9
    )
    draft.materials["print"] = look.label(rng)
    side = float(rng.uniform(0.125, 0.145))
    half = (side, side * float(rng.uniform(0.98, 1.02)), float(rng.uniform(0.0175, 0.0215)))
    link = draft.link()
    link.box(half, (0, 0, half[2]), "board", CARDBOARD, bevel=0.0015)
    lid = (half[0] + 0.0004, half[1] + 0.0004, 0.004)
    link.show(bevel_box(lid, 0.0015), "board", 0.0, (0, 0, 2 * half[2] - 0.004))
    link.show(sheet((side * 0.6, side * 0.6), 2 * half[2] + 0.0003), "print", 0.0)
    draft.surface("top", link.name, (0, 0, 2 * half[2]), (half[0] * 0.95, half[1] * 0.95))
    return draft.build(graspable=False, friction=0.6)


def board_game(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A board game in its box, lying."""
    draft = Draft(asset_id, category)
    colours = [look.PRINTS[int(k)] for k in rng.permutation(len(look.PRINTS))[:2]]
    draft.materials["lid"] = look.plain(colours[0], 0.4)
    draft.materials["base"] = look.plain(look.shade(colours[1], 0.9), 0.5)
    draft.materials["print"] = look.label(rng)
    x, y, z = rng.uniform((0.085, 0.115, 0.019), (0.110, 0.138, 0.027)).tolist()
    link = draft.link()
    split = 2 * z * float(rng.uniform(0.25, 0.4))
    link.show(bevel_box((x - 0.001, y - 0.001, split / 2), 0.001), "base", GAME, (0, 0, split / 2))
    rest = z - split / 2
    link.show(bevel_box((x, y, rest), 0.0015), "lid", GAME, (0, 0, split + rest))
    link.collide("box", (x, y, z), (0, 0, z))
    link.show(sheet((x * 0.85, y * 0.85), 2 * z + 0.0002), "print", 0.0)
    draft.surface("top", link.name, (0, 0, 2 * z), (x * 0.95, y * 0.95))
    return draft.build(graspable=False, friction=0.6)


def dutch_oven(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A heavy round pot with its lid on, its two ears along y: too wide to be taken hold of."""
    draft = Draft(asset_id, category)
    draft.materials["enamel"] = look.plain(look.pick(rng, look.PRINTS), 0.25)
    draft.materials["knob"] = look.plain((0.10, 0.10, 0.11), 0.4)
    radius, height = float(rng.uniform(0.092, 0.108)), float(rng.uniform(0.078, 0.095))
    low, dome = radius * float(rng.uniform(0.955, 0.98)), float(rng.uniform(0.010, 0.014))
    link = draft.link()
    body = [
        (0.0, 0.0), (low - 0.006, 0.0), (low, 0.006), (radius, height), (radius + 0.002, height),
        (radius + 0.002, height + 0.006), (radius * 0.75, height + 0.006 + dome * 0.6),
        (radius * 0.3, height + 0.006 + dome), (0.0, height + 0.006 + dome),
    ]  # fmt: skip
    link.show(revolve(body, 32), "enamel", IRON)
    column(link, (low + radius) / 2, LIFT, height + 0.003)
    foot(link, low - 0.006, 0.012)
    column(link, radius * 0.93, height, height + 0.006 + dome * 0.2)
    column(link, radius * 0.75, height, height + 0.006 + dome * 0.6)
    column(link, radius * 0.45, height, height + 0.006 + dome * 0.85)
    top = height + 0.006 + dome
    knob, tall = float(rng.uniform(0.040, 0.046)), 0.014
    link.show(revolve([(0, 0), (knob, 0), (knob, tall), (0, tall)], 20), "knob", 400.0, (0, 0, top))
    column(link, knob, top, top + tall)
    for side in (-1, 1):
        ear = (0, side * (radius + 0.010), height * 0.82)
        link.box((0.034, 0.014, 0.007), ear, "enamel", IRON, bevel=0.004)
    return draft.build(graspable=False)


PLUGIN = Builders(
    Category("pizza_box.n.01", "pizza-box", pizza_box, sort="box", uses=("kitchen",)),
    Category("board_game.n.01", "board-game", board_game),
    Category("dutch_oven.n.02", "dutch-oven", dutch_oven, keeps="served"),
)
