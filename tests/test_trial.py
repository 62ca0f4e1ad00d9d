"""The trial lets sound assets pass and names what is wrong with each bad one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, put

from cousins.scenes.assets.trial import trial
from cousins.scenes.core.asset_geometry import link_poses, seen_points, touched_points
from cousins.scenes.core.geometry import vec3
from cousins.schemas import Asset, Inertial, Joint, Link, RefusalKind, Shape
from cousins.schemas.asset import ShapeKind
from cousins.schemas.base import Vec3


def block(half: Vec3 = (0.05, 0.05, 0.05), *, com: Vec3 | None = None, mass: float = 1.0) -> Asset:
    """A solid box that stands on the floor, as an asset."""
    x, y, z = half
    shape = Shape(kind="box", size=half, pos=(0.0, 0.0, z))
    third = mass / 3
    inertia = (
        third * (y * y + z * z), third * (x * x + z * z), third * (x * x + y * y), 0.0, 0.0, 0.0,
    )  # fmt: skip
    link = Link(
        name="body",
        visuals=(shape,),
        collisions=(shape,),
        inertial=Inertial(mass=mass, com=com or (0.0, 0.0, z), inertia=inertia),
    )
    return Asset(
        id="block",
        category="toy_dice.n.01",
        library="test",
        source="test",
        licence="CC0-1.0",
        links=(link,),
        extents=(2 * x, 2 * y, 2 * z),
        graspable=True,
    )


def changed(asset: Asset, **update: object) -> Asset:
    """The asset with its first link changed."""
    return asset.model_copy(
        update={"links": (asset.links[0].model_copy(update=update), *asset.links[1:])}
    )


def hinged(asset: Asset, joint: Joint, shape: Shape) -> Asset:
    """The asset with a small link more."""
    inertial = Inertial(mass=0.05, com=shape.pos, inertia=(2e-5, 2e-5, 2e-5, 0, 0, 0))
    link = Link(
        name="door", parent="body", joint=joint, visuals=(shape,), collisions=(shape,),
        inertial=inertial,
    )  # fmt: skip
    more = asset.model_copy(update={"links": (*asset.links, link)})
    return more.model_copy(update={"extents": vec3(np.ptp(seen_points(more), axis=0))})


@pytest.mark.parametrize("category", sorted(LIBRARY.ids()))
def test_every_category_has_a_first_asset_that_passes(category: str) -> None:
    assert trial(first(category)) is None


def test_the_same_block_passes_or_fails_by_where_its_weight_is_and_always_alike() -> None:
    # It stands on 4 cm; with its weight beyond them it falls over, and says by how much.
    stands, falls = (block((0.02, 0.02, 0.2), com=(x, 0.0, 0.2)) for x in (0.012, 0.024))
    assert trial(stands) is None
    refused = trial(falls)
    assert refused is not None
    assert refused.kind is RefusalKind.ASSET_TOPPLES
    assert (trial(stands), trial(falls)) == (None, refused)


def test_a_ball_may_roll() -> None:
    ball = Shape(kind="sphere", size=(0.04,), pos=(0.0, 0.0, 0.04))
    asset = changed(block((0.04, 0.04, 0.04), com=(0.005, 0.0, 0.04)), visuals=(ball,),
                    collisions=(ball,))  # fmt: skip
    assert trial(asset) is None


BASE = block()
TALL = block((0.02, 0.02, 0.2), com=(0.024, 0.0, 0.2))
BAD: dict[str, tuple[Asset, str]] = {
    "no visuals": (changed(BASE, visuals=()), "nothing to see"),
    "no collisions": (changed(BASE, collisions=()), "nothing to touch"),
    "in millimetres": (BASE.model_copy(update={"extents": (100.0,) * 3}), "geometry measures"),
    "off its frame": (
        changed(BASE, visuals=(Shape(kind="box", size=(0.05,) * 3, pos=(0.0, 0.0, 0.0)),)),
        "bottom centre lies at 0.000 x 0.000 x -0.050 m",
    ),
    "pieces outside": (
        changed(BASE, collisions=(Shape(kind="box", size=(0.2, 0.05, 0.05), pos=(0, 0, 0.05)),)),
        "150 mm out of what is seen",
    ),
    "too heavy": (block(mass=100.0), "is 1e\\+05 kg/m\\^3"),
    "too light": (block(mass=1e-4), "is 0.1 kg/m\\^3"),
    "no such inertia": (
        changed(
            BASE,
            inertial=Inertial(mass=1, com=(0, 0, 0.05), inertia=(1e-3, 1e-3, 3e-3, 0, 0, 0)),
        ),
        "principal moments 0.001, 0.001, 0.003",
    ),
    "inertia of another size": (
        changed(BASE, inertial=Inertial(mass=1, com=(0, 0, 0.05), inertia=(1, 1, 1, 0, 0, 0))),
        "radius of gyration 1e\\+03 mm",
    ),
    "mass elsewhere": (block(com=(0.3, 0.0, 0.05)), "centre of mass 0.300"),
    "topples": (TALL, "topples: it tilts by"),
    "furniture topples": (
        block((0.2, 0.2, 0.3), com=(0.22, 0, 0.3), mass=20).model_copy(update={"fixed": True}),
        "topples: its centre of mass lies 20 mm outside",
    ),
    "never closed": (
        hinged(
            BASE,
            Joint(name="hinge", kind="hinge", axis=(0, 0, 1), limits=(0.5, 1.0)),
            Shape(kind="box", size=(0.02,) * 3, pos=(0, 0, 0.02)),
        ),
        "joint hinge: the range 0.5 to 1",
    ),
    "skewed axis": (
        hinged(
            BASE,
            Joint(name="hinge", kind="hinge", axis=(0, 0, 2), limits=(0.0, 1.0)),
            Shape(kind="box", size=(0.02,) * 3, pos=(0, 0, 0.02)),
        ),
        "not of unit length",
    ),
    "drawer that slides out": (
        hinged(
            BASE,
            Joint(
                name="slide", kind="slide", axis=(0, 0, -1), anchor=(0, 0, 0), limits=(-0.02, 0.05),
                damping=0.0, friction=0.0,
            ),
            Shape(kind="box", size=(0.02,) * 3, pos=(0, 0, 0.075)),
        ),
        "joint slide moves by itself",
    ),
    "links in each other": (
        hinged(
            BASE.model_copy(update={"fixed": True}),
            Joint(name="hinge", kind="hinge", axis=(0, 0, 1), limits=(0.0, 1.0)),
            Shape(kind="box", size=(0.02,) * 3, pos=(0, 0, 0.115)),
        ),
        "penetrate each other by 5.0 mm when closed",
    ),
    "door through its frame": (
        hinged(
            BASE.model_copy(update={"fixed": True}),
            Joint(name="slide", kind="slide", axis=(0, 0, -1), limits=(0.0, 0.02)),
            Shape(kind="box", size=(0.02,) * 3, pos=(0, 0, 0.122)),
        ),
        "penetrate each other by 8.0 mm with slide at 0.01",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_each_bad_asset_is_refused_with_its_reason(name: str) -> None:
    asset, reason = BAD[name]
    refused = trial(asset)
    assert refused is not None
    assert re.search(reason, str(refused)), refused


@pytest.mark.parametrize("category", ["cabinet.n.01", "microwave.n.02", "toolbox.n.01"])
def test_links_are_where_the_simulator_puts_them(category: str) -> None:
    asset = first(category)
    opened = {joint.name: 0.6 * joint.limits[1] for joint in asset.joints}
    compiled = by_hand(put("thing", asset, (0.5, 0.0, 0.0), joints=opened))
    data = compiled.new_data()
    index = compiled.objects["thing"]
    root = data.body(index.body)
    for name, pose in link_poses(asset, opened).items():
        body = data.body(index.bodies[name])
        turned = root.xmat.reshape(3, 3)
        np.testing.assert_allclose(turned @ pose[:3, 3] + root.xpos, body.xpos, atol=1e-6)
        np.testing.assert_allclose(turned @ pose[:3, :3], body.xmat.reshape(3, 3), atol=1e-6)


@pytest.mark.parametrize(("kind", "size", "half"), [
    ("box", (0.1, 0.2, 0.3), (0.1, 0.2, 0.3)),
    ("cylinder", (0.1, 0.2), (0.1, 0.1, 0.2)),
    ("capsule", (0.1, 0.2), (0.1, 0.1, 0.3)),
    ("sphere", (0.1,), (0.1, 0.1, 0.1)),
    ("ellipsoid", (0.1, 0.2, 0.3), (0.1, 0.2, 0.3)),
])  # fmt: skip
def test_points_of_a_primitive_span_its_box(
    kind: ShapeKind, size: tuple[float, ...], half: Vec3
) -> None:
    asset = changed(block(), collisions=(Shape(kind=kind, size=size, pos=(1.0, 2.0, 3.0)),))
    points = touched_points(asset)
    np.testing.assert_allclose(points.max(axis=0), np.add((1.0, 2.0, 3.0), half), atol=1e-9)
    np.testing.assert_allclose(points.min(axis=0), np.subtract((1.0, 2.0, 3.0), half), atol=1e-9)
