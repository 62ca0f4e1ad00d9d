"""Box-like things: packages, books, trays, baskets, soap, blocks."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, Mesh, bevel_box, loft, revolve, rotation

CARDBOARD, CARTON, PAPER, TIMBER, PLASTIC = 250.0, 650.0, 700.0, 620.0, 950.0


def _package(
    asset_id: str, category: str, rng: np.random.Generator, size: tuple[float, float, float],
    density: float, stacks: bool = False,
) -> Asset:  # fmt: skip
    """A printed carton; the broad faces (+x and -x) carry the label.

    One that `stacks` carries others on its top.
    """
    draft = Draft(asset_id, category)
    front = draft.materials["front"] = look.label(rng)
    colour = front.texture.colours[0][:3] if front.texture else look.CREAM
    draft.materials["board"] = look.plain(colour, 0.6)
    half = np.array(size) / 2
    link = draft.link()
    link.box(half, (0, 0, half[2]), "board", density, bevel=0.0012)
    for side in (-1.0, 1.0):
        link.show(poster(half, side), "front", 0.0, (0, 0, half[2]))
    if stacks:
        draft.surface("top", link.name, (0, 0, size[2]), (size[0] / 2, size[1] / 2))
    return draft.build(graspable=True)


def poster(half: Array, side: float) -> Mesh:
    """A printed sheet just outside the face at +x or -x; readable from outside."""
    y, z, x = half[1] - 0.0012, half[2] - 0.0012, half[0] + 0.0002
    corners = np.array([[x, -y, -z], [x, y, -z], [x, y, z], [x, -y, z]])
    uv = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]])
    mesh = Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]]), uv)
    return mesh if side > 0 else mesh.moved((0, 0, 0), rotation("z", np.pi))


def cereal_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tall thin carton."""
    size = rng.uniform((0.038, 0.11, 0.17), (0.062, 0.17, 0.26))
    return _package(asset_id, category, rng, (*size.tolist(),), CARDBOARD)


def soda_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small dense carton, as baking soda comes in."""
    size = rng.uniform((0.034, 0.055, 0.09), (0.055, 0.085, 0.14))
    return _package(asset_id, category, rng, (*size.tolist(),), CARTON, stacks=True)


def book(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A book lying flat, its spine towards +x: no two fingers get under it."""
    draft = Draft(asset_id, category)
    draft.materials["cover"] = (
        look.plain(look.pick(rng, look.PRINTS), 0.6)
        if rng.random() < 0.5
        else look.textured(rng, "fabric", (look.pick(rng, look.PRINTS), look.CREAM), 20.0, 0.8)
    )
    draft.materials["print"] = look.label(rng)
    draft.materials["pages"] = look.textured(
        rng, "stripes", ((0.95, 0.92, 0.85), (0.88, 0.84, 0.75)), 80.0, 0.9
    )
    x, y, z = rng.uniform((0.055, 0.085, 0.008), (0.085, 0.12, 0.024)).tolist()
    board = 0.0022
    link = draft.link()
    link.collide("box", (x, y, z), (0, 0, z))
    for height in (board / 2, 2 * z - board / 2):
        link.show(bevel_box((x, y, board / 2), 0.0005), "cover", PAPER, (0, 0, height))
    link.show(bevel_box((board / 2, y, z - board), 0.0005), "cover", PAPER, (x - board / 2, 0, z))
    inset = 0.003
    link.show(
        bevel_box((x - inset / 2 - board / 2, y - inset, z - board), 0.0002), "pages", PAPER,
        (inset / 2 - board / 2, 0, z),
    )  # fmt: skip
    sheet = Mesh(
        np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * np.array([x, y, 1]) * 0.97,
        np.array([[0, 1, 2], [0, 2, 3]]),
        np.array([[0.0, 1.0], [0.0, 0.0], [0.5, 0.0], [0.5, 1.0]]),
    )
    link.show(sheet, "print", 0.0, (0, 0, 2 * z + 0.0002))
    draft.surface("top", link.name, (0, 0, 2 * z), (x * 0.9, y * 0.9))
    return draft.build(graspable=False)


def block(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A toy die with pips."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, (*look.PRINTS, look.CREAM))
    draft.materials["body"] = look.plain(colour, 0.4)
    dark = sum(colour) > 1.4
    draft.materials["pips"] = look.plain((0.08, 0.08, 0.09) if dark else look.CREAM, 0.4)
    half, edge, dot = rng.uniform((0.015, 0.09, 0.13), (0.029, 0.19, 0.20)).tolist()
    link = draft.link()
    link.box((half, half, half), (0, 0, half), "body", TIMBER, bevel=half * edge)
    _pips(link, half, half * dot)
    draft.surface("top", link.name, (0, 0, 2 * half), (half, half))
    return draft.build(graspable=True)


def _pips(link: LinkDraft, half: float, radius: float) -> None:
    """One to six pips of a radius on a cube, opposite faces summing to seven."""
    step = half * 0.5
    spots = {
        1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)],
        4: [(-1, -1), (-1, 1), (1, -1), (1, 1)],
        5: [(-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1)],
        6: [(-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)],
    }  # fmt: skip
    disc = revolve([(radius, 0.0002), (0.0, 0.0002)], 8)
    turns = {
        1: np.eye(3), 6: rotation("x", np.pi), 2: rotation("x", np.pi / 2),
        5: rotation("x", -np.pi / 2), 3: rotation("y", np.pi / 2), 4: rotation("y", -np.pi / 2),
    }  # fmt: skip
    for number, turn in turns.items():
        for u, v in spots[number]:
            spot = disc.moved((u * step, v * step, half))
            link.show(spot.moved((0, 0, 0), turn), "pips", 0.0, (0, 0, half))


def soap(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A rounded bar of soap."""
    draft = Draft(asset_id, category)
    pastels = ((0.93, 0.90, 0.80), (0.80, 0.88, 0.80), (0.92, 0.78, 0.80), (0.78, 0.84, 0.92))
    colour = look.pick(rng, pastels)
    draft.materials["soap"] = look.textured(
        rng, "marble", (colour, look.shade(colour, 0.9)), 10.0, 0.35
    )
    x, y, z = rng.uniform((0.022, 0.036, 0.0125), (0.032, 0.05, 0.019)).tolist()
    link = draft.link()
    c = z * 0.55
    link.show(
        loft(
            (x, y), x * 0.55,
            [(x, 0), (c, 0), (c * 0.3, c * 0.3), (0, c), (0, 2 * z - c), (c * 0.3, 2 * z - c * 0.3),
             (c, 2 * z), (x, 2 * z)],
        ),
        "soap", 1050.0,
    )  # fmt: skip
    # A flat core to rest on, and three boxes that fill the rounded outline.
    link.collide("box", (x - c, y - c - x * 0.16, z), (0, 0, z))
    link.collide("box", (x * 0.87, y - x * 0.13, z - c * 0.12), (0, 0, z))
    link.collide("box", (x, y - x * 0.55, z - c * 0.6), (0, 0, z))
    link.collide("box", (x * 0.45, y, z - c * 0.6), (0, 0, z))
    return draft.build(graspable=True)


def sponge(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A kitchen sponge with a scouring layer on top."""
    draft = Draft(asset_id, category)
    foam = look.pick(rng, ((0.94, 0.80, 0.30), (0.55, 0.75, 0.88), (0.92, 0.60, 0.62)))
    pad = look.pick(rng, ((0.16, 0.42, 0.24), (0.22, 0.30, 0.55), (0.35, 0.35, 0.36)))
    draft.materials["foam"] = look.textured(
        rng, "speckle", (foam, look.shade(foam, 0.7)), 20.0, 0.95
    )
    draft.materials["pad"] = look.textured(rng, "fabric", (pad, look.shade(pad, 0.7)), 20.0, 0.95)
    x, y, z = rng.uniform((0.028, 0.045, 0.010), (0.034, 0.055, 0.0165)).tolist()
    split = 2 * z * 0.75
    link = draft.link()
    link.show(bevel_box((x, y, split / 2), 0.003), "foam", 200.0, (0, 0, split / 2))
    rest = z - split / 2
    link.show(bevel_box((x, y, rest), 0.0015), "pad", 300.0, (0, 0, split + rest))
    link.collide("box", (x, y, z), (0, 0, z))
    return draft.build(graspable=True, friction=1.0)


def board(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A chopping board on four small feet; too low for two fingers to get under."""
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood(rng) if rng.random() < 0.75 else look.plastic(rng)
    draft.materials["feet"] = look.plain((0.15, 0.15, 0.16), 0.9)
    x, y, z = rng.uniform((0.09, 0.13, 0.0065), (0.13, 0.19, 0.010)).tolist()
    lift = 0.012
    link = draft.link()
    shape = [(x, 0), (0.001, 0), (0, 0.001), (0, 2 * z - 0.001), (0.001, 2 * z), (x, 2 * z)]
    link.show(loft((x, y), 0.02, shape), "board", TIMBER, (0, 0, lift))
    link.collide("box", (x, y - 0.008, z), (0, 0, z + lift))
    link.collide("box", (x - 0.008, y, z), (0, 0, z + lift))
    for sx in (-1, 1):
        for sy in (-1, 1):
            spot = (sx * (x - 0.03), sy * (y - 0.03), lift / 2)
            link.box((0.007, 0.007, lift / 2), spot, "feet", PLASTIC)
    draft.surface("top", link.name, (0, 0, 2 * z + lift), (x * 0.94, y * 0.94))
    return draft.build(graspable=False)


PLUGIN = Builders(
    Category(
        "box__of__cereal.n.01",
        "cereal-box",
        cereal_box,
        sort="box",
        also_stands_in=("box", "carton", "pack"),
        uses=("kitchen",),
    ),
    Category(
        "box__of__baking_soda.n.01",
        "soda-box",
        soda_box,
        sort="box",
        stands_in=("box", "carton", "pack"),
        also_stands_in=("package",),
        uses=("kitchen",),
    ),
    Category("book.n.02", "book", book, sort="book", stands_in=("magazine.n.02", "newspaper.n.03")),
    Category("toy_dice.n.01", "die", block, sort="block"),
    Category("bar_soap.n.01", "soap", soap, stands_in=("bar",)),
    Category("sponge.n.01", "sponge", sponge, uses=("bath",)),
    Category("chopping_board.n.01", "board", board, sort="board", uses=("kitchen",)),
)
