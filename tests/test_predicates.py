"""Predicates: scenes built by hand in which each one holds, and nearly holds."""

from __future__ import annotations

from itertools import permutations

import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_request, put

from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import axis_rotation
from cousins.scenes.layout.clearance import link_transform
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import Asset, Cavity, SceneObject, SceneSpec
from cousins.schemas.base import Vec3
from cousins.tasks.physics.bounds import turned_bounds
from cousins.tasks.physics.predicates import BINARY, PhysicsFacts, literals

FAR = (0.75, -0.35, 0.0)
Put = tuple[SceneObject, Asset]


def facts_of(*things: Put) -> PhysicsFacts:
    compiled = by_hand(*things)
    return PhysicsFacts(compiled, compiled.new_data())


def settled(*things: Put) -> PhysicsFacts:
    """Likewise, after 0.4 s."""
    compiled = by_hand(*things)
    data = compiled.new_data()
    mujoco.mj_step(compiled.model, data, 200)
    mujoco.mj_forward(compiled.model, data)
    return PhysicsFacts(compiled, data)


def at(category: str, x: float, y: float, z: float = 0.0, name: str = "", yaw: float = 0.0) -> Put:
    return put(name or category.partition(".")[0], first(category), (x, y, z), yaw)


def floor_of(asset: Asset, cavity: Cavity, joints: dict[str, float] | None = None) -> Vec3:
    """The middle of a cavity's floor in the asset's frame, z at its bottom, metres."""
    local = np.array([*cavity.centre, 1.0]) - [0, 0, cavity.half_size[2], 0]
    point = link_transform(asset, cavity.link, joints or {}) @ local
    return (float(point[0]), float(point[1]), float(point[2]))


def test_ontop_and_touching_the_table() -> None:
    facts = facts_of(at("mug.n.04", 0.5, 0.0))
    assert facts.holds("ontop", ("mug", "table"))
    assert facts.holds("touching", ("mug", "table"))
    assert facts.holds("touching", ("table", "mug"))
    assert not facts.holds("ontop", ("table", "mug"))
    assert not facts.holds("inside", ("mug", "table"))


@pytest.mark.parametrize("z", [0.003, 0.3])
def test_what_floats_touches_nothing(z: float) -> None:
    facts = facts_of(at("mug.n.04", 0.5, 0.0, z))
    assert not facts.holds("ontop", ("mug", "table"))
    assert not facts.holds("touching", ("mug", "table"))


def test_ontop_needs_contact_from_below() -> None:
    plate = first("plate.n.04")
    top = plate.surfaces[0].pos[2]
    stacked = settled(at("plate.n.04", 0.5, 0.0), at("toy_dice.n.01", 0.5, 0.0, top, "dice"))
    assert stacked.holds("ontop", ("dice", "plate"))
    assert not stacked.holds("ontop", ("plate", "dice"))
    assert not stacked.holds("ontop", ("dice", "table"))
    assert not stacked.holds("nextto", ("dice", "plate"))


def test_side_by_side_is_touching_but_not_ontop() -> None:
    low, high = facts_of(at("toy_dice.n.01", 0.5, 0.0, name="a")).box("a")
    size = high[1] - low[1]
    facts = facts_of(
        at("toy_dice.n.01", 0.5, 0.0, name="a"), at("toy_dice.n.01", 0.5, size - 2e-4, name="b")
    )
    assert facts.holds("touching", ("a", "b"))
    assert facts.holds("touching", ("b", "a"))
    assert not facts.holds("ontop", ("a", "b"))
    assert facts.holds("nextto", ("a", "b"))


def test_furniture_on_the_table_counts_as_standing_there() -> None:
    standing = facts_of(at("cabinet.n.01", 0.6, 0.0, yaw=np.pi))
    assert standing.holds("ontop", ("cabinet", "table"))
    assert standing.holds("touching", ("cabinet", "table"))
    assert not standing.holds("ontop", ("table", "cabinet"))
    hanging = facts_of(at("cabinet.n.01", 0.6, 0.0, 0.1, yaw=np.pi))
    assert not hanging.holds("ontop", ("cabinet", "table"))
    beside = facts_of(at("cabinet.n.01", -1.5, 0.0))
    assert not beside.holds("ontop", ("cabinet", "table"))


def low_tray() -> Asset:
    """A tray whose rim hides the middle of a die."""
    trays = [LIBRARY.get(x) for x in LIBRARY.ids()["tray.n.01"]]
    return next(t for t in trays if t.cavities[0].half_size[2] > 0.012)


@pytest.mark.parametrize("category", ["bowl.n.01", "wicker_basket.n.01", "mug.n.04"])
def test_inside_open_vessels(category: str) -> None:
    vessel = first(category)
    x, y, z = floor_of(vessel, vessel.cavities[0])
    facts = facts_of(
        put("vessel", vessel, (0.5, 0.0, 0.0)), at("toy_dice.n.01", 0.5 + x, y, z, "dice")
    )
    assert facts.holds("inside", ("dice", "vessel"))
    assert not facts.holds("inside", ("vessel", "dice"))


def test_a_tall_cup_is_inside_a_colander_and_not_the_other_way_round() -> None:
    """The middle of each lies in a cavity of the other."""
    colander, cup = LIBRARY.get("colander-0023"), LIBRARY.get("paper-cup-0011")
    floor = floor_of(colander, colander.cavities[0])[2]
    facts = facts_of(put("colander", colander, (0.5, 0.0, 0.0)), put("cup", cup, (0.5, 0.0, floor)))
    low, high = facts.box("colander")
    inner = cup.cavities[0]
    middle = (low + high)[2] / 2 - facts.box("cup")[0][2]
    assert abs(middle - inner.centre[2]) < inner.half_size[2], "else it shows nothing"
    assert facts.holds("inside", ("cup", "colander"))
    assert not facts.holds("inside", ("colander", "cup"))


def test_ontop_of_what_one_is_inside_of_holds_for_trays_and_shelves_alone() -> None:
    for category, expected in (("tray.n.01", True), ("shelf.n.01", True), ("bowl.n.01", False)):
        vessel = low_tray() if category == "tray.n.01" else first(category)
        x, y, z = floor_of(vessel, vessel.cavities[0])
        facts = settled(
            put("vessel", vessel, (0.5, 0.0, 0.0)), at("toy_dice.n.01", 0.5 + x, y, z, "dice")
        )
        assert facts.holds("inside", ("dice", "vessel"))
        assert facts.holds("touching", ("dice", "vessel")), category
        assert facts.holds("ontop", ("dice", "vessel")) == expected, category


def test_above_the_brim_is_not_inside() -> None:
    bowl = first("bowl.n.01")
    cavity = bowl.cavities[0]
    x, y, z = floor_of(bowl, cavity)
    half = first("toy_dice.n.01").extents[2] / 2
    brim = z + 2 * cavity.half_size[2]
    for height, expected in ((brim - half - 0.002, True), (brim - half + 0.02, False)):
        facts = facts_of(at("bowl.n.01", 0.5, 0.0), at("toy_dice.n.01", 0.5 + x, y, height, "dice"))
        assert facts.holds("inside", ("dice", "bowl")) == expected


def test_beside_a_round_vessels_wall_is_not_inside() -> None:
    bowl = first("bowl.n.01")
    cavity = bowl.cavities[0]
    assert cavity.round
    x, y, z = floor_of(bowl, cavity)
    diagonal = cavity.half_size[0] * 0.8
    facts = facts_of(
        at("bowl.n.01", 0.5, 0.0),
        at("toy_dice.n.01", 0.5 + x + diagonal, y + diagonal, z, "dice"),
    )
    assert not facts.holds("inside", ("dice", "bowl"))


@pytest.mark.parametrize("category", ["cabinet.n.01", "cabinet.n.03", "cedar_chest.n.01"])
def test_inside_follows_the_drawer_and_its_being_open(category: str) -> None:
    asset = first(category)
    cavity = next(c for c in asset.cavities if c.joint)
    joint = next(j for j in asset.joints if j.name == cavity.joint)
    assert joint.open_fraction < 0.8
    for share in (0.0, 0.8):
        joints = {joint.name: joint.limits[0] + share * (joint.limits[1] - joint.limits[0])}
        x, y, z = floor_of(asset, cavity, joints)
        facts = facts_of(
            put("box", asset, (0.6, 0.0, 0.0), np.pi, joints),
            at("toy_dice.n.01", 0.6 - x, -y, z, "dice"),
        )
        assert facts.holds("inside", ("dice", "box"))
        assert facts.cavities_with("dice", "box") == (cavity.name,)
        assert not facts.holds("ontop", ("dice", "box"))
        assert facts.holds("open", ("box",)) == (share == 0.8)


def test_open_needs_the_joints_share() -> None:
    asset = first("cabinet.n.03")
    (joint,) = asset.joints
    for share, expected in ((0.9, False), (1.1, True)):
        value = joint.limits[1] * joint.open_fraction * share
        facts = facts_of(put("box", asset, (0.6, 0.0, 0.0), np.pi, {joint.name: value}))
        assert facts.holds("open", ("box",)) == expected
    assert not facts_of(at("mug.n.04", 0.5, 0.0)).holds("open", ("mug",))


def test_under() -> None:
    shelf = first("shelf.n.01")
    x, y, z = floor_of(shelf, max(shelf.cavities, key=lambda c: c.centre[2]))
    low = facts_of(
        put("shelf", shelf, (0.6, 0.0, 0.0), np.pi), at("toy_dice.n.01", 0.6 - x, -y, z, "dice")
    )
    assert low.holds("under", ("dice", "shelf"))
    assert not low.holds("under", ("shelf", "dice"))
    aside = facts_of(put("shelf", shelf, (0.6, 0.0, 0.0)), at("toy_dice.n.01", 0.3, 0.5, 0, "dice"))
    assert not aside.holds("under", ("dice", "shelf"))
    floor = facts_of(at("toy_dice.n.01", 0.6, 0.0, -0.5, "dice"))
    assert floor.holds("under", ("dice", "table"))
    assert not facts_of(at("toy_dice.n.01", 0.6, 0.0, 0, "dice")).holds("under", ("dice", "table"))


def test_nextto_is_symmetric_and_close() -> None:
    can = first("can__of__soda.n.01")
    mean = float(np.mean(can.extents))
    for gap, expected in (
        (0.005, True),
        (mean / 6 - 0.002, True),
        (max(0.02, mean / 6) + 0.004, False),
    ):
        facts = facts_of(
            at("can__of__soda.n.01", 0.5, 0.0, name="a"),
            at("can__of__soda.n.01", 0.5, can.extents[1] + gap, name="b"),
        )
        assert facts.holds("nextto", ("a", "b")) == expected, gap
        assert facts.holds("nextto", ("b", "a")) == expected, gap
    above = facts_of(
        at("can__of__soda.n.01", 0.5, 0.0, name="a"),
        at("can__of__soda.n.01", 0.5, 0.0, can.extents[2] + 0.005, name="b"),
    )
    assert not above.holds("nextto", ("a", "b"))


def test_unknown_names_are_errors() -> None:
    facts = facts_of(at("mug.n.04", 0.5, 0.0))
    with pytest.raises(KeyError):
        facts.holds("ontop", ("mug", "shelf"))
    assert not facts.holds("ontop", ("mug", "floor"))
    with pytest.raises(KeyError):
        facts.holds("frozen", ("mug",))


def test_listed_atoms_are_those_that_hold() -> None:
    spec = SceneSpec.model_validate(
        {
            "objects": [
                {"name": "cabinet", "category": "cabinet.n.01", "joint": {"any": 0.9}},
                {"name": "tray", "category": "tray.n.01"},
                {"name": "mug", "category": "mug.n.04", "on": "tray"},
                {"name": "dice", "category": "toy_dice.n.01", "inside": "cabinet"},
                {"name": "bowl", "category": "bowl.n.01", "next_to": "tray"},
            ]
        }
    )
    for seed in range(3):
        scene, assets = assemble(make_request(spec, seed), LIBRARY)
        compiled = compile_model(scene, assets, "physics")
        data = compiled.new_data()
        data.qvel[compiled.objects["mug"].free_dof] = 0.6  # slides off what it stands on
        for _ in range(4):
            facts = PhysicsFacts(compiled, data)
            names = [thing.name for thing in scene.objects]
            listed = set(facts.atoms())
            for a, b in permutations(names, 2):
                for predicate in BINARY:
                    if a != "table":
                        found = f"{predicate} {a} {b}" in listed
                        assert found == facts.holds(predicate, (a, b)), (predicate, a, b)
            assert ("open cabinet" in listed) == facts.holds("open", ("cabinet",))
            assert [*facts.atoms()] == sorted(listed)
            assert len(literals(facts)) == len(listed)
            mujoco.mj_step(compiled.model, data, 60)
            mujoco.mj_forward(compiled.model, data)


def test_facts_are_of_the_moment_they_were_read() -> None:
    compiled = by_hand(at("mug.n.04", 0.5, 0.0))
    data = compiled.new_data()
    facts = PhysicsFacts(compiled, data)
    before = facts.box("mug")
    data.qpos[compiled.objects["mug"].free_qpos + 2] += 0.2  # type: ignore[operator]
    mujoco.mj_forward(compiled.model, data)
    assert facts.holds("ontop", ("mug", "table"))
    assert np.array_equal(before[0], facts.box("mug")[0])
    later = PhysicsFacts(compiled, data)
    assert not later.holds("ontop", ("mug", "table"))
    assert later.box("mug")[0][2] == pytest.approx(before[0][2] + 0.2)


def test_boxes_bound_the_geometry() -> None:
    facts = facts_of(at("book.n.02", 0.5, 0.0, yaw=0.6), at("mug.n.04", 0.5, 0.3))
    for name, category in (("book", "book.n.02"), ("mug", "mug.n.04")):
        low, high = facts.box(name)
        extents = np.array(first(category).extents)
        assert high[2] - low[2] == pytest.approx(extents[2], abs=0.004)
        assert (high - low)[:2].max() <= np.linalg.norm(extents[:2]) + 0.004
    low, high = facts.box("book")
    c, s = np.cos(0.6), np.sin(0.6)
    depth, width, _ = first("book.n.02").extents
    assert high[0] - low[0] == pytest.approx(depth * c + width * s, abs=0.004)


def test_bounds_of_a_turned_object_are_those_it_then_has() -> None:
    compiled = by_hand(at("mug.n.04", 0.5, 0.1, 0.1, yaw=0.3), at("bowl.n.01", 0.5, -0.3))
    data = compiled.new_data()
    for yaw in (0.0, 0.9, -2.0):
        turn = axis_rotation([0, 0, 1], yaw)
        low, high = turned_bounds(compiled, data, "mug", turn)
        after = by_hand(at("mug.n.04", 0.5, 0.1, 0.1, yaw=0.3 + yaw), at("bowl.n.01", 0.5, -0.3))
        turned = after.new_data()
        box = PhysicsFacts(after, turned).box("mug")
        origin = turned.xpos[after.objects["mug"].body]
        assert np.allclose(origin + low, box[0], atol=1e-9)
        assert np.allclose(origin + high, box[1], atol=1e-9)
