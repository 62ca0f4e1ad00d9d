"""Notebooks, comics, letters, binders and clipboards, lying: too flat and wide to pick up."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import bevel_box, revolve, rotation, tube
from ..toolkit.slabs import sheet, slab
from .boxes import poster

PLASTIC, ELECTRIC, PAPER, RUBBER, METAL = 1000.0, 700.0, 700.0, 1100.0, 2700.0
SHELLS: tuple[look.Rgb, ...] = (
    (0.13, 0.13, 0.14), (0.85, 0.85, 0.84), (0.55, 0.56, 0.58), (0.22, 0.24, 0.28),
)  # fmt: skip
DARK: look.Rgb = (0.05, 0.05, 0.06)


def notebook(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A notebook, lying, with a spiral of wire along its left side (-y)."""
    draft = Draft(asset_id, category)
    draft.materials["cover"] = look.plain(look.pick(rng, (*look.PRINTS, DARK)), 0.6)
    draft.materials["print"] = look.label(rng)
    draft.materials["pages"] = look.plain((0.95, 0.94, 0.90), 0.9)
    draft.materials["wire"] = look.plain((0.30, 0.30, 0.32), 0.3, 0.7)
    x, y, z = rng.uniform((0.085, 0.06, 0.010), (0.12, 0.085, 0.016)).tolist()
    link = draft.link()
    link.box((x, y - 0.003, z / 2), (0, 0.003, z / 2), "pages", PAPER, bevel=0.0004)
    for height in (0.0006, z - 0.0002):
        link.show(
            bevel_box((x + 0.001, y - 0.002, 0.0007), 0.0003), "cover", PAPER, (0, 0.003, height)
        )
    if rng.random() < 0.6:
        link.show(sheet((x * 0.5, y * 0.5), z + 0.0007), "print", 0.0, (-x * 0.2, 0.003, 0))
    turn = np.arange(9) * (2 * np.pi / 8)
    loop = np.stack([np.zeros(9), 0.0045 * np.cos(turn), z / 2 + 0.001 + z / 2 * np.sin(turn)], -1)
    for k in range(count := 12):
        at = x * (2 * (k + 0.5) / count - 1) * 0.94
        link.show(tube(loop, 0.0007, 4), "wire", METAL, (at, 0.003 - y, 0))
    draft.surface("top", "body", (0, 0.008, z), (x * 0.9, (y - 0.01) * 0.9))
    return draft.build(graspable=False)


def comic_book(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A thick paperback of comics, lying, its spine towards -y."""
    draft = Draft(asset_id, category)
    draft.materials["print"] = look.label(rng)
    draft.materials["cover"] = look.plain(look.pick(rng, look.PRINTS), 0.45)
    draft.materials["pages"] = look.plain((0.93, 0.91, 0.84), 0.9)
    x, y, z = rng.uniform((0.085, 0.060, 0.0048), (0.112, 0.078, 0.0075)).tolist()
    link = draft.link()
    link.box((x, y, z - 0.0006), (0, 0, z), "pages", PAPER, bevel=0.0003)
    for height in (0.0005, 2 * z - 0.0005):
        link.show(bevel_box((x, y, 0.0005), 0.0002), "cover", PAPER, (0, 0, height))
    link.show(bevel_box((x, 0.0005, z), 0.0002), "cover", PAPER, (0, 0.0005 - y, z))
    link.show(sheet((x * 0.96, y * 0.96), 2 * z + 0.0001), "print", 0.0)
    draft.surface("top", "body", (0, 0, 2 * z), (x * 0.92, y * 0.92))
    return draft.build(graspable=False)


def letter(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A letter in a padded envelope, its flap towards +x."""
    draft = Draft(asset_id, category)
    brown = look.pick(rng, ((0.74, 0.58, 0.38), (0.90, 0.88, 0.82), (0.82, 0.68, 0.46)))
    draft.materials["paper"] = look.plain(brown, 0.85)
    draft.materials["flap"] = look.plain(look.shade(brown, 0.93), 0.85)
    draft.materials["print"] = look.label(rng)
    x, y, z = rng.uniform((0.100, 0.072, 0.0035), (0.122, 0.088, 0.0060)).tolist()
    link = draft.link()
    slab(link, (x, y), 0.004, 0.0, 2 * z, "paper", 350.0)
    link.collide("box", (x, y - 0.002, z), (0, 0, z))
    link.collide("box", (x - 0.002, y, z), (0, 0, z))
    flap = (float(rng.uniform(0.014, 0.022)), y - 0.003, 0.0004)
    link.show(bevel_box(flap, 0.0002), "flap", 350.0, (x - flap[0] - 0.001, 0, 2 * z))
    stamp = (0.011, 0.009)
    spot = (0.004 - x + stamp[0], y - stamp[1] - 0.006, 0.0)
    link.show(sheet(stamp, 2 * z + 0.0002).moved(spot), "print", 0.0)
    draft.surface("top", "body", (0, 0, 2 * z), (x * 0.9, y * 0.9))
    return draft.build(graspable=False)


def folder(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A ring binder lying, its spine towards -y."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, (*look.PRINTS, DARK, (0.80, 0.80, 0.78)))
    draft.materials["cover"] = look.plain(colour, 0.5)
    draft.materials["pages"] = look.textured(
        rng, "stripes", ((0.95, 0.95, 0.93), (0.86, 0.86, 0.84)), 80.0, 0.9
    )
    draft.materials["print"] = look.label(rng)
    x, y, z = rng.uniform((0.145, 0.115, 0.030), (0.16, 0.13, 0.055)).tolist()
    link = draft.link()
    link.collide("box", (x, y, z / 2), (0, 0, z / 2))
    for height in (0.001, z - 0.001):
        link.show(bevel_box((x, y, 0.001), 0.0004), "cover", PAPER, (0, 0, height))
    link.show(bevel_box((x, 0.001, z / 2), 0.0004), "cover", PAPER, (0, 0.001 - y, z / 2))
    fill = z / 2 - 0.002
    link.show(bevel_box((x - 0.008, y - 0.01, fill), 0.0006), "pages", PAPER * 0.6, (0, 0, z / 2))
    link.show(sheet((x * 0.3, y * 0.5), z + 0.0002), "print", 0.0)
    tag = poster(np.array([x * 0.55, z * 0.36, 0.0])[[2, 0, 1]], 1.0)
    link.show(tag.moved((0, 0, 0), rotation("z", -np.pi / 2)), "print", 0.0, (0, -y, z / 2))
    draft.surface("top", "body", (0, 0, z), (x * 0.95, y * 0.95))
    return draft.build(graspable=False)


def clipboard(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A clipboard with a sheet of paper, lying, its clip towards -x."""
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood(rng) if rng.random() < 0.6 else look.plastic(rng)
    draft.materials["clip"] = look.plain((0.72, 0.73, 0.74), 0.3, 0.8)
    draft.materials["paper"] = look.plain((0.97, 0.97, 0.96), 0.9)
    draft.materials["print"] = look.textured(
        rng, "stripes", ((0.97, 0.97, 0.96), (0.72, 0.74, 0.80)), 20.0, 0.9
    )
    x, y, z = rng.uniform((0.145, 0.107, 0.0050), (0.165, 0.122, 0.0065)).tolist()
    link = draft.link()
    slab(link, (x, y), 0.012, 0.0, z, "board", 900.0)
    link.collide("box", (x, y - 0.006, z / 2), (0, 0, z / 2))
    link.collide("box", (x - 0.006, y, z / 2), (0, 0, z / 2))
    link.show(bevel_box((x - 0.012, y - 0.01, 0.0004), 0.0002), "paper", PAPER, (0.006, 0, z))
    lines = bevel_box((x - 0.04, y - 0.024, 0.0002), 0.0001)
    link.show(lines, "print", 0.0, (0.02, 0, z + 0.0005))
    link.box(
        (0.012, y * 0.42, 0.0035), (0.014 - x, 0, z + 0.0035), "clip", METAL * 0.6, bevel=0.0015
    )
    tab = revolve([(0, 0), (0.016, 0), (0.016, 0.003), (0, 0.003)], 16)
    link.show(tab, "clip", METAL * 0.6, (0.022 - x, 0, z + 0.006))
    link.collide("box", (0.013, 0.012, 0.0015), (0.022 - x, 0, z + 0.0075))
    draft.surface("top", "body", (0.024, 0, z + 0.0002), (x - 0.045, y * 0.88))
    return draft.build(graspable=False)


PLUGIN = Builders(
    Category("notebook.n.01", "notebook", notebook, sort="book", stands_in=("paper.n.01",)),
    Category("folder.n.02", "folder", folder, uses=("desk",)),
    Category("clipboard.n.01", "clipboard", clipboard, uses=("desk",)),
    Category("comic_book.n.01", "comic", comic_book, sort="book", uses=("desk", "play")),
    Category("letter.n.01", "letter", letter),
)
