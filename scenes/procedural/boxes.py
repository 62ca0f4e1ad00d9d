"""Box-like things: packages, books, trays, baskets, soap, blocks."""

from __future__ import annotations

import numpy as np

from ...schemas import Asset
from . import materials as look
from .draft import Draft, LinkDraft
from .geometry import Array, Mesh, bevel_box, loft, revolve, rotation

CARDBOARD, CARTON, PAPER, TIMBER, PLASTIC = 250.0, 650.0, 700.0, 620.0, 950.0
TRAYWOOD, WICKER, TUB = 420.0, 110.0, 700.0


def _package(
    asset_id: str, category: str, rng: np.random.Generator, size: tuple[float, float, float],
    density: float,
) -> Asset:  # fmt: skip
    """A printed carton; the broad faces (+x and -x) carry the label."""
    draft = Draft(asset_id, category)
    front = draft.materials["front"] = look.label(rng)
    colour = front.texture.colours[0][:3] if front.texture else look.CREAM
    draft.materials["board"] = look.plain(colour, 0.6)
    half = np.array(size) / 2
    link = draft.link()
    link.box(half, (0, 0, half[2]), "board", density, bevel=0.0012)
    for side in (-1.0, 1.0):
        link.show(poster(half, side), "front", 0.0, (0, 0, half[2]))
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
    return _package(asset_id, category, rng, (*size.tolist(),), CARTON)


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


def open_box(
    draft: Draft, half: tuple[float, float], corner: float, height: float, wall: float,
    floor: float, density: float, flare: float = 0.0, lip: float = 0.0,
) -> LinkDraft:  # fmt: skip
    """A rounded rectangular vessel with five collision boxes and a cavity."""
    link = draft.link()
    x, y = half
    link.show(
        loft(
            half, corner,
            [
                (min(x, y), 0), (flare, 0), (0, height - wall * 0.3), (wall * 0.3, height),
                (wall * 0.7, height), (wall, height - wall * 0.3), (wall + flare, floor),
                (min(x, y), floor),
            ],
        ),
        "body", density,
    )  # fmt: skip
    base = (x - flare, y - flare)
    link.collide("box", (base[0] - 0.001, base[1] - 0.001, floor / 2), (0, 0, floor / 2))
    tilt = float(np.arctan2(flare, height))
    for sign in (-1, 1):
        c, s = float(np.cos(sign * tilt / 2)), float(np.sin(sign * tilt / 2))
        mid_x, mid_y = x - flare / 2 - wall / 2, y - flare / 2 - wall / 2
        tall = (height + lip) / 2 - 0.0005
        link.collide(
            "box",
            (wall / 2, y - corner * 0.3, tall),
            (sign * mid_x, 0, (height + lip) / 2),
            (c, 0, s, 0),
        )
        link.collide(
            "box",
            (x - corner * 0.3, wall / 2, tall),
            (0, sign * mid_y, (height + lip) / 2),
            (c, -s, 0, 0),
        )
    inner = (base[0] - wall - 0.001, base[1] - wall - 0.001)
    draft.cavity("inside", link.name, (-inner[0], -inner[1], floor), (*inner, height))
    draft.surface("floor", link.name, (0, 0, floor), (inner[0] * 0.97, inner[1] * 0.97))
    return link


def tray(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A light serving tray with a low rim and two upright handles."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = (
        look.wood(rng), look.metal(rng), look.paint(rng)
    )[int(rng.integers(3))]  # fmt: skip
    x, y = rng.uniform((0.095, 0.14), (0.125, 0.17)).tolist()
    height, wall = float(rng.uniform(0.02, 0.032)), 0.008
    link = open_box(draft, (x, y), 0.012, height, wall, 0.005, TRAYWOOD)
    draft.materials["grip"] = look.wood(rng) if rng.random() < 0.5 else look.paint(rng)
    for side in (-1, 1):
        # Tall enough for the fingertips to hold the tray level by one end.
        bar = (0, side * (y - wall / 2), height + 0.031)
        link.box((0.045, 0.005, 0.014), bar, "grip", TRAYWOOD, bevel=0.003)
        for end in (-1, 1):
            post = (end * 0.04, side * (y - wall / 2), height + 0.009)
            link.box((0.005, 0.004, 0.0095), post, "grip", TRAYWOOD)
        draft.handle(
            f"grip_{'left' if side > 0 else 'right'}", link.name, bar, (0, 0, -1), (0, 1, 0), 0.01
        )
    return draft.build(graspable=True)


def basket(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wicker basket with a thick rim."""
    draft = Draft(asset_id, category)
    straw = look.pick(rng, ((0.74, 0.58, 0.36), (0.55, 0.38, 0.22), (0.84, 0.74, 0.56)))
    draft.materials["body"] = look.textured(
        rng, "wicker", (straw, look.shade(straw, 0.55)), 10.0, 0.85
    )
    draft.materials["rim"] = look.plain(look.shade(straw, 0.8), 0.85)
    x, y = rng.uniform((0.115, 0.145), (0.132, 0.17)).tolist()
    height, wall = float(rng.uniform(0.122, 0.138)), 0.014
    flare = float(rng.uniform(0.0, 0.012))
    link = open_box(draft, (x, y), 0.025, height, wall, 0.008, WICKER, flare, 0.007)
    _roll(link, (x, y), 0.025, height, wall, "rim")
    return draft.build(graspable=True)


def waste_bin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A low waste bin for a desk or worktop, of painted board, felt or wicker."""
    draft = Draft(asset_id, category)
    straw: look.Rgb = (0.66, 0.50, 0.31)
    felt = look.pick(rng, look.PAINTS)
    draft.materials["body"] = (
        look.plain(look.pick(rng, look.PAINTS), 0.85),
        look.textured(rng, "fabric", (felt, look.shade(felt, 0.75)), 10.0, 0.95),
        look.textured(rng, "wicker", (straw, look.shade(straw, 0.55)), 10.0, 0.85),
    )[int(rng.integers(3))]
    x, y = rng.uniform((0.120, 0.140), (0.135, 0.158)).tolist()
    height, wall = float(rng.uniform(0.130, 0.148)), 0.012
    flare = float(rng.uniform(0.0, 0.008))
    link = open_box(draft, (x, y), 0.022, height, wall, 0.008, WICKER, flare, 0.006)
    _roll(link, (x, y), 0.022, height, wall, "body")
    return draft.build(graspable=True)


def _roll(
    link: LinkDraft, half: tuple[float, float], corner: float, height: float, wall: float,
    material: str,
) -> None:  # fmt: skip
    """The rounded rim of a vessel with thick walls."""
    angle = np.linspace(0, 2 * np.pi, 9)
    centre, thick = wall / 2, wall * 0.6
    profile = np.stack([centre - thick * np.cos(angle), height + thick * np.sin(angle)], -1)
    link.show(loft(half, corner, [(a, b) for a, b in profile.tolist()]), material, WICKER)


def tub(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An open plastic food container."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.plain(
        look.pick(
            rng, ((0.80, 0.86, 0.90), (0.93, 0.93, 0.92), (0.62, 0.78, 0.74), (0.9, 0.7, 0.6))
        ),
        0.35,
    )
    x, y = rng.uniform((0.070, 0.085), (0.085, 0.11)).tolist()
    height = float(rng.uniform(0.086, 0.115))
    open_box(draft, (x, y), 0.018, height, 0.0045, 0.004, TUB, 0.006)
    return draft.build(graspable=True)
