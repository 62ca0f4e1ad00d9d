"""The procedural library: valid, true to scale, at rest, hollow where it says, and openable."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
from __future__ import annotations

import hashlib
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt
import pytest
import trimesh

from cousins.generators.images.truth.semantics import semantic_id
from cousins.scenes.assets.categories import ORDER
from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.assets.shape_hash import shape_hash
from cousins.scenes.core import taxonomy
from cousins.scenes.libraries.procedural import INSTANCES, ProceduralLibrary
from cousins.scenes.model import textures
from cousins.scenes.model.textures import pixels
from cousins.schemas import Asset, Shape, SpecError, Texture

LIBRARY = ProceduralLibrary()
CATEGORIES = tuple(LIBRARY.ids())
TESTED = 8
RIGID = [c for c, ids in LIBRARY.ids().items() if not LIBRARY.get(ids[0]).fixed]
HOLLOW = [c for c, ids in LIBRARY.ids().items() if LIBRARY.get(ids[0]).cavities]
JOINTED = [c for c, ids in LIBRARY.ids().items() if LIBRARY.get(ids[0]).joints]
ANY_SIDE = {
    "apple.n.01", "orange.n.01", "pear.n.01", "lemon.n.01", "banana.n.02", "daffodil_bulb.n.01",
    "pruner.n.02", "briefcase.n.01",
}  # fmt: skip
"""What may lie as it likes."""
TABLETOP = {
    "cabinet.n.01", "cabinet.n.03", "microwave.n.02", "cedar_chest.n.01", "toolbox.n.01",
    "shelf.n.01", "breakfast_table.n.01", "desk.n.01", "countertop.n.01", "console_table.n.01",
    "coffee_table.n.01", "jar__of__honey.n.01", "ashcan.n.01", "alarm_clock.n.01",
    "toy_car.n.01", "gift_box.n.01", "package.n.02", "place_mat.n.01", "mat.n.07", "dustpan.n.02",
    "scrub_brush.n.01", "pizza_box.n.01", "dutch_oven.n.02", "hook_rack.n.01",
    "watering_can.n.01",
}  # fmt: skip
"""Sized for a table top, one arm's reach, and one hand, whatever it measures in a house."""
FLAT = {
    "book.n.02", "chopping_board.n.01", "keyboard.n.01", "monitor.n.04", "calculator.n.02",
    "notebook.n.01", "folder.n.02", "clipboard.n.01", "die.n.01", "almond.n.02",
    "pizza_box.n.01", "board_game.n.01", "dutch_oven.n.02", "tablet.n.05", "comic_book.n.01",
    "letter.n.01",
}  # fmt: skip
"""What lies too flat for two fingers and a hand above a table, or is too wide for them."""
SUNK = {"place_mat.n.01", "mat.n.07"}
"""Fixed things whose bevels go on below what they lie on."""
RECORDED = "c1b25e2bebe9ea72"
"""The library's version and the digest of its bytes."""
FACTOR = 1.6
"""How far beyond the range of BEHAVIOR's models an extent may lie; a Franka hand opens 8 cm,
so baskets, boards and tubs are at the small end."""


def assets(category: str) -> list[Asset]:
    return [LIBRARY.get(name) for name in LIBRARY.ids()[category][:TESTED]]


def add(spec: Any, asset: Asset, pos: tuple[float, float, float], tag: str, *, free: bool) -> None:
    """Add an asset's collision shapes, joints and masses to a MjSpec."""
    bodies: dict[str, Any] = {}
    for link in asset.links:
        parent = bodies[link.parent] if link.parent else spec.worldbody
        body = parent.add_body(
            name=f"{tag}{link.name}", pos=link.pos if link.parent else pos, quat=link.quat
        )
        bodies[link.name] = body
        if free and link.parent is None:
            body.add_freejoint()
        if link.joint:
            slide = link.joint.kind == "slide"
            body.add_joint(
                name=f"{tag}{link.joint.name}",
                type=mujoco.mjtJoint.mjJNT_SLIDE if slide else mujoco.mjtJoint.mjJNT_HINGE,
                axis=link.joint.axis, pos=link.joint.anchor, range=link.joint.limits,
                limited=True, damping=link.joint.damping, frictionloss=link.joint.friction,
            )  # fmt: skip
        body.mass, body.ipos = link.inertial.mass, link.inertial.com
        body.fullinertia, body.explicitinertial = link.inertial.inertia, True
        for shape in link.collisions:
            geom = body.add_geom(
                type=getattr(mujoco.mjtGeom, f"mjGEOM_{shape.kind.upper()}"),
                pos=shape.pos, quat=shape.quat, friction=[asset.friction, 0.005, 0.0001],
            )  # fmt: skip
            geom.size[: len(shape.size)] = shape.size


def new_spec(ground: bool = True) -> Any:
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    if ground:
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, size=[9, 9, 0.05], pos=[0, 0, -0.05]
        )
    return spec


def set_joints(model: Any, data: Any, share: float) -> None:
    for joint in range(model.njnt):
        if int(model.jnt_type[joint]) != int(mujoco.mjtJoint.mjJNT_FREE):
            low, high = model.jnt_range[joint]
            data.qpos[model.jnt_qposadr[joint]] = low + share * (high - low)


def probe_contacts(asset: Asset, share: float, probes: list[dict[str, Any]]) -> int:
    """Contacts of geoms fixed to links of an asset whose joints are open by a share."""
    spec = new_spec(ground=False)
    add(spec, asset, (0, 0, 0), "", free=False)
    for index, probe in enumerate(probes):
        link = probe.pop("link")
        # A twin body in the link's pose, which the filter for parent and child does not touch.
        body = spec.worldbody.add_body(name=f"probe{index}", mocap=True)
        body.add_geom(**probe, contype=2, conaffinity=1)
        probe["link"] = link
    model = spec.compile()
    model.geom_contype[model.geom_contype == 1] = 1
    data = mujoco.MjData(model)
    set_joints(model, data, share)
    mujoco.mj_kinematics(model, data)
    for index, probe in enumerate(probes):
        body = model.body(probe["link"]).id
        mocap = model.body(f"probe{index}").mocapid[0]
        data.mocap_pos[mocap], data.mocap_quat[mocap] = data.xpos[body], data.xquat[body]
    mujoco.mj_forward(model, data)
    first = {model.body(f"probe{index}").id for index in range(len(probes))}
    return sum(
        any(int(model.geom_bodyid[g]) in first for g in data.contact[index].geom)
        for index in range(data.ncon)
    )


def test_implements_the_protocol() -> None:
    assert isinstance(LIBRARY, AssetLibrary)
    assert all(len(ids) == INSTANCES for ids in LIBRARY.ids().values())
    assert len(RIGID) >= 16
    for category in CATEGORIES:
        assert taxonomy.node(category).name == category
        assert semantic_id(category) > 0


def test_unknown_ids_offer_near_ones() -> None:
    for wrong in ("mugg-0000", "mug-0064", "mug-7", "mug", "x"):
        with pytest.raises(SpecError, match=r"ids look like .*-0000"):
            LIBRARY.get(wrong)


@pytest.mark.parametrize("category", CATEGORIES)
def test_assets_are_valid(category: str) -> None:
    for asset in assets(category):
        assert asset.category == category
        low, high = bounds(visual_points(asset))
        np.testing.assert_allclose(high - low, asset.extents, atol=2e-3)
        np.testing.assert_allclose([*(low + high)[:2] / 2, low[2]], 0, atol=2e-3)
        faces = sum(len(mesh.face_array()) for mesh in asset.meshes.values())
        assert faces <= 2500
        for link in asset.links:
            check_inertia(asset, link.name)
        assert (len(asset.links[0].collisions) <= 16) or asset.fixed
        if category in JOINTED:
            flush = {j.name for j in asset.joints if j.kind == "slide" and j.controls == "switch"}
            handled = {h.joint for h in asset.handles}
            assert handled <= {j.name for j in asset.joints} <= handled | flush
        for handle in asset.handles:
            assert handle.width <= 0.07
            assert np.linalg.norm(handle.approach) == pytest.approx(1)
            assert np.dot(handle.approach, handle.closing) == pytest.approx(0)


def check_inertia(asset: Asset, name: str) -> None:
    xx, yy, zz, xy, xz, yz = asset.link(name).inertial.inertia
    principal = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    assert principal[0] > 0, (asset.id, name)
    assert principal[0] + principal[1] > principal[2], (asset.id, name)
    # The radius of gyration fits the thing.
    assert np.sqrt(principal[2] / asset.link(name).inertial.mass) < max(asset.extents)


def frames(asset: Asset) -> dict[str, npt.NDArray[np.float64]]:
    """Link origins in the asset frame; the procedural library turns no link."""
    where: dict[str, npt.NDArray[np.float64]] = {}
    for link in asset.links:
        assert link.quat == (1.0, 0.0, 0.0, 0.0)
        where[link.name] = np.array(link.pos) + (where[link.parent] if link.parent else 0)
    return where


def visual_points(asset: Asset) -> npt.NDArray[np.float64]:
    where = frames(asset)
    return np.concatenate(
        [
            asset.meshes[shape.mesh].vertex_array() + np.array(shape.pos) + where[link.name]
            for link in asset.links
            for shape in link.visuals
            if shape.mesh
        ]
    )


def surface_points(asset: Asset) -> npt.NDArray[np.float64]:
    """Points spread evenly over the visible surface of a single link."""
    found = []
    for shape in asset.links[0].visuals:
        assert shape.mesh
        data = asset.meshes[shape.mesh]
        mesh = trimesh.Trimesh(data.vertex_array(), data.face_array(), process=False)
        count = int(mesh.area * 4e4) + 1
        found.append(trimesh.sample.sample_surface(mesh, count, seed=1)[0])
    return np.concatenate(found)


def bounds(points: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return points.min(axis=0), points.max(axis=0)


def turn(shape: Shape) -> npt.NDArray[np.float64]:
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, np.array(shape.quat))
    return matrix.reshape(3, 3)


def half_box(shape: Shape) -> npt.NDArray[np.float64]:
    """Half extents of a primitive in its own frame."""
    s = shape.size
    return np.array(
        {
            "box": s, "ellipsoid": s, "sphere": (s[0],) * 3,
            "cylinder": (s[0], s[0], s[-1]), "capsule": (s[0], s[0], s[-1] + s[0]),
        }[shape.kind]
    )  # fmt: skip


def reach(shape: Shape) -> npt.NDArray[np.float64]:
    """Half extents along the link's axes."""
    matrix, half = turn(shape), half_box(shape)
    flat = np.sqrt(np.maximum(1 - matrix[:, 2] ** 2, 0))
    span: npt.NDArray[np.float64]
    if shape.kind in ("ellipsoid", "sphere"):
        span = np.sqrt(((matrix * half) ** 2).sum(axis=1))
    elif shape.kind == "box":
        span = np.abs(matrix) @ half
    elif shape.kind == "cylinder":
        span = half[0] * flat + half[2] * np.abs(matrix[:, 2])
    else:
        span = half[0] + (half[2] - half[0]) * np.abs(matrix[:, 2])
    return span


@pytest.mark.parametrize("category", CATEGORIES)
def test_collision_pieces_follow_the_visual(category: str) -> None:
    """Convex primitives, inside the box, and near every visible point of what is handled."""
    for asset in assets(category):
        where = frames(asset)
        low, high = bounds(visual_points(asset))
        for link in asset.links:
            for shape in link.collisions:
                assert shape.kind in {"box", "cylinder", "capsule", "sphere", "ellipsoid"}
                centre, half = where[link.name] + shape.pos, reach(shape)
                slack = 0.012 if category in SUNK else 2.5e-3
                assert (centre - half > low - slack).all(), (asset.id, shape)
                assert (centre + half < high + np.array([slack, slack, 2.5e-3])).all(), (
                    asset.id,
                    shape,
                )
        if not asset.fixed:
            points = surface_points(asset)
            gap = np.min([outside(points, s) for s in asset.links[0].collisions], axis=0)
            assert np.quantile(gap, 0.95) < 3e-3, (asset.id, gap.max())


def outside(points: npt.NDArray[np.float64], shape: Shape) -> Any:
    """Distance of points to the bounding box of a primitive in its own frame, 0 inside."""
    local = (points - np.array(shape.pos)) @ turn(shape)
    return np.sqrt((np.maximum(np.abs(local) - half_box(shape), 0) ** 2).sum(axis=1))


def test_same_id_same_bytes() -> None:
    ids = [names[k] for names in LIBRARY.ids().values() for k in (0, TESTED - 1)]
    before = {name: LIBRARY.get(name).content_hash() for name in ids}
    assert len(set(before.values())) == len(ids)
    from cousins.scenes.libraries.procedural import library

    library._build.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert {name: LIBRARY.get(name).content_hash() for name in reversed(ids)} == before


def test_the_bytes_of_assets_stay_as_they_are() -> None:
    """If this fails, an asset changed: record the digest anew if that is meant."""
    digest = hashlib.sha256()
    for category in ORDER.read_text().split():
        for name in LIBRARY.ids()[category][:TESTED]:
            digest.update(LIBRARY.get(name).content_hash().encode())
    assert digest.hexdigest()[:16] == RECORDED


def test_instances_vary() -> None:
    for category in CATEGORIES:
        extents = np.array([asset.extents for asset in assets(category)])
        assert (extents.std(axis=0) / extents.mean(axis=0)).max() > 0.02, category


def same_shapes(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Assets that are copies of earlier ones but for their materials."""
    first: dict[str, str] = {}
    shapes = [(first.setdefault(shape_hash(LIBRARY.get(name)), name), name) for name in names]
    return [(known, name) for known, name in shapes if known != name]


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_two_have_one_shape(category: str) -> None:
    assert same_shapes(LIBRARY.ids()[category][:16]) == []


@pytest.mark.heavy
@pytest.mark.parametrize("category", CATEGORIES)
def test_no_two_of_all_have_one_shape(category: str) -> None:
    assert same_shapes(LIBRARY.ids()[category]) == []


@pytest.mark.parametrize("category", [c for c in CATEGORIES if taxonomy.metric_boxes(c)])
def test_extents_are_true(category: str) -> None:
    """Sorted level extents and height within a factor of BEHAVIOR's range."""
    if category in TABLETOP:
        pytest.skip("sized for a table top")
    boxes = np.array(taxonomy.metric_boxes(category))
    boxes[:, :2] = np.sort(boxes[:, :2], axis=1)
    low, high = boxes.min(axis=0) / FACTOR, boxes.max(axis=0) * FACTOR
    for asset in assets(category):
        extents = np.array([*sorted(asset.extents[:2]), asset.extents[2]])
        if category in ANY_SIDE:
            extents, low, high = np.sort(extents), np.sort(low), np.sort(high)
        assert (extents > low).all(), (asset.id, extents, low)
        assert (extents < high).all(), (asset.id, extents, high)


@pytest.mark.parametrize("category", RIGID)
def test_stands_still_after_a_drop(category: str) -> None:
    spec = new_spec()
    for index, asset in enumerate(assets(category)):
        add(spec, asset, (0.8 * index, 0, 0.01), f"{index}/", free=True)
    model = spec.compile()
    data = mujoco.MjData(model)
    deepest = 0.0
    for step in range(1000):
        mujoco.mj_step(model, data)
        if step > 500 and data.ncon:
            deepest = max(deepest, -float(data.contact.dist.min()))
    poses, speeds = data.qpos.reshape(-1, 7), data.qvel.reshape(-1, 6)
    upright = 1 - 2 * (poses[:, 4] ** 2 + poses[:, 5] ** 2)
    assert np.degrees(np.arccos(np.clip(upright, -1, 1))).max() < 1.0
    assert np.abs(poses[:, 2]).max() < 1e-3
    assert np.abs(speeds).max() < 1e-3
    assert deepest < 1e-3
    slid = np.abs(poses[:, :2] - np.stack([0.8 * np.arange(TESTED), np.zeros(TESTED)], -1))
    assert slid.max() < 2e-3


@pytest.mark.parametrize("category", HOLLOW)
def test_cavities_are_hollow_and_hold(category: str) -> None:
    for asset in assets(category)[:4]:
        probes = [
            {
                "link": cavity.link,
                "type": mujoco.mjtGeom.mjGEOM_CYLINDER if cavity.round else
                mujoco.mjtGeom.mjGEOM_BOX,
                "size": [cavity.half_size[0] - 0.001, cavity.half_size[2] - 0.001, 0]
                if cavity.round else np.array(cavity.half_size) - 0.001,
                "pos": cavity.centre,
            }
            for cavity in asset.cavities
        ]  # fmt: skip
        for probe in probes:
            assert probe_contacts(asset, 0.0, [probe]) == 0, (asset.id, probe)
        tops = [cavity for cavity in asset.cavities if cavity.opening == "top"]
        if tops:
            check_ball(asset)


def check_ball(asset: Asset) -> None:
    """A ball dropped into each upward cavity of an open asset stays in it."""
    spec = new_spec()
    add(spec, asset, (0, 0, 0), "", free=False)
    where, radius = frames(asset), 0.008
    tops = [cavity for cavity in asset.cavities if cavity.opening == "top"]
    opened = {joint.name: joint.limits[1] for joint in asset.joints}
    for index, cavity in enumerate(tops):
        link = asset.link(cavity.link)
        slide = link.joint is not None and link.joint.kind == "slide"
        shift = opened[link.joint.name] if link.joint and slide else 0.0
        start = where[cavity.link] + cavity.centre + np.array([shift, 0, cavity.half_size[2] / 2])
        ball = spec.worldbody.add_body(name=f"ball{index}", pos=start)
        ball.add_freejoint()
        ball.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[radius, 0, 0], mass=0.005,
            friction=[0.8, 0.005, 0.001],
        )  # fmt: skip
    model = spec.compile()
    data = mujoco.MjData(model)
    set_joints(model, data, 1.0)
    mujoco.mj_step(model, data, 500)
    for index, cavity in enumerate(tops):
        body = model.body(cavity.link).id
        local = data.xmat[body].reshape(3, 3).T @ (
            data.body(f"ball{index}").xpos - data.xpos[body]
        ) - np.array(cavity.centre)
        assert (np.abs(local) <= np.array(cavity.half_size) + 0.004).all(), (asset.id, local)


@pytest.mark.parametrize("category", JOINTED)
def test_joints_move_freely_and_stay(category: str) -> None:
    """No part comes within 3 mm of its own body; at any opening it stays where it is left."""
    for asset in assets(category):
        spec = new_spec(ground=False)
        add(spec, asset, (0, 0, 0), "", free=False)
        model = spec.compile()
        model.geom_margin[:] = 0.0015  # the margins of a pair add
        data = mujoco.MjData(model)
        for share in np.linspace(0, 1, 21):
            set_joints(model, data, float(share))
            mujoco.mj_forward(model, data)
            assert data.ncon == 0, (asset.id, share)
        for share in (0.0, 0.3, 0.6):
            mujoco.mj_resetData(model, data)
            set_joints(model, data, share)
            start = data.qpos.copy()
            mujoco.mj_step(model, data, 250)
            span = model.jnt_range[:, 1] - model.jnt_range[:, 0]
            assert (np.abs(data.qpos - start) < 0.02 * span).all(), (asset.id, share)


@pytest.mark.parametrize("category", JOINTED)
def test_handles_leave_room_for_fingers(category: str) -> None:
    """Two fingers, 1 cm thick and 2 cm wide, straddle each handle, 1 cm past its middle."""
    for asset in assets(category):
        for handle in asset.handles:
            closing, approach = np.array(handle.closing), np.array(handle.approach)
            along = np.cross(closing, approach)
            size = np.abs(closing) * 0.005 + np.abs(approach) * 0.025 + np.abs(along) * 0.01
            for side in (-1, 1):
                pos = handle.pos + closing * side * (handle.width / 2 + 0.005 + 0.005)
                pos = pos + approach * (0.010 - 0.025)
                probe = {
                    "link": handle.link, "type": mujoco.mjtGeom.mjGEOM_BOX, "size": size,
                    "pos": pos,
                }  # fmt: skip
                assert probe_contacts(asset, 0.0, [probe]) == 0, (asset.id, handle.name)


@pytest.mark.parametrize("category", CATEGORIES)
def test_surfaces_are_where_they_say(category: str) -> None:
    """A ray down onto a surface meets it within 2 mm, and nothing is in its clearance."""
    for asset in assets(category)[:4]:
        if not asset.surfaces:
            continue
        spec = new_spec(ground=False)
        add(spec, asset, (0, 0, 0), "", free=False)
        model = spec.compile()
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        for surface in asset.surfaces:
            height = min(surface.clearance, 0.2) - 0.002
            spots = [(0.0, 0.0), (0.65, 0.65), (-0.65, 0.65), (0.65, -0.65), (-0.65, -0.65)]
            for u, v in spots:
                half_x, half_y = surface.half_size
                local = np.array(surface.pos) + np.array([u * half_x, v * half_y, height])
                start = frames(asset)[surface.link] + local
                hit = np.zeros(1, dtype=np.int32)
                fall = mujoco.mj_ray(
                    model, data, start, np.array([0.0, 0, -1]), None, True, -1, hit, None
                )
                assert fall == pytest.approx(height, abs=2e-3), (asset.id, surface.name, u, v)


def test_graspable_things_fit_a_hand() -> None:
    """Some part that a hand opening 8 cm closes on: a body, a rim, an edge, or a handle."""
    for category in RIGID:
        for asset in assets(category):
            assert asset.graspable == (category not in FLAT), asset.id
            if not asset.graspable:
                continue
            thin = min(asset.extents) <= 0.07
            rim = any(cavity.opening == "top" for cavity in asset.cavities)
            assert thin or rim or asset.handles, asset.id
            assert asset.mass < 1.2


def test_textures_are_pure_and_tile() -> None:
    def make(kind: str) -> Texture:
        return Texture.model_validate(
            {"kind": kind, "colours": [(0.8, 0.7, 0.6, 1), (0.2, 0.3, 0.4, 1)], "seed": 5}
        )

    kinds = (
        "wood", "marble", "speckle", "checker", "stripes", "fabric", "brushed", "gradient",
        "label", "tiles", "plaster", "wicker",
    )  # fmt: skip
    for kind in kinds:
        first = pixels(make(kind), 64)
        textures._drawn.cache_clear()  # pyright: ignore[reportPrivateUsage]
        np.testing.assert_array_equal(first, pixels(make(kind), 64))
        assert first.shape == (64, 64, 3)
        assert first.dtype == np.uint8
        assert first.std() > 2, kind
        assert not first.flags.writeable
    for kind in ("wood", "marble", "plaster", "gradient"):
        image = pixels(make(kind), 64).astype(float)
        inner = np.abs(np.diff(image, axis=0)).mean(), np.abs(np.diff(image, axis=1)).mean()
        seam = np.abs(image[0] - image[-1]).mean(), np.abs(image[:, 0] - image[:, -1]).mean()
        assert seam[0] < 4 * inner[0] + 3, kind
        assert seam[1] < 4 * inner[1] + 3, kind
