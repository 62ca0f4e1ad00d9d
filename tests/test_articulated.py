"""Articulated assets: a hand moves every joint, and floor furniture stays off tables."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np
import pytest
from some import some
from test_assets import JOINTED, add, new_spec
from worlds import LIBRARY, by_hand, first, make_request, put

from cousins.generators.proposing.catalogue import Catalogue
from cousins.scenes.assets.categories import categories
from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.assets.tabletop import Tabletop
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.cousins.asset_selection import choose
from cousins.scenes.layout.clearance import fits_table
from cousins.schemas import Asset, Joint, ObjectSpec, SceneSpec
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.solving.capabilities import capabilities

TESTED = (0, 5)
FORCE = {"opening": 20.0, "switch": 12.0}
"""What a hand on a table gives, newtons; a person before a cooker pulls harder."""
FLOOR_FORCE = 60.0
SECONDS = 6.0
FLOOR = {
    "oven.n.01", "electric_refrigerator.n.01", "washer.n.03", "clothes_dryer.n.01",
    "dishwasher.n.01", "wardrobe.n.01", "sink.n.01", "floor_lamp.n.01", "recycling_bin.n.01",
    "cooler.n.01", "straight_chair.n.01", "sofa.n.01", "bookcase.n.01",
}  # fmt: skip
TOP = Tabletop(LIBRARY)


def moved_by_hand(asset: Asset, joint: Joint) -> tuple[float, int]:
    """Share of its range that a joint reaches under a hand's force, and contacts on the way.

    The force follows the joint at its handle; a knob, whose handle lies on its axis, is turned
    by two fingers at its rim.
    """
    spec = new_spec(ground=False)
    spec.option.timestep = 0.004
    add(spec, asset, (0, 0, 0), "", free=False)
    model = spec.compile()
    data = mujoco.MjData(model)
    at = model.joint(joint.name)
    force = FORCE[joint.controls] if fits_table(asset) else FLOOR_FORCE
    data.qfrc_applied[at.dofadr[0]] = force * lever(asset, joint)
    contacts, goal = 0, 0.98 * joint.limits[1]
    for _ in range(int(SECONDS / model.opt.timestep)):
        mujoco.mj_step(model, data)
        contacts += int(data.ncon)
        if data.qpos[at.qposadr[0]] >= goal:
            break
    return float(data.qpos[at.qposadr[0]] / joint.limits[1]), contacts


def lever(asset: Asset, joint: Joint) -> float:
    """What a hand's force at the handle is multiplied by: 1, or the lever arm in metres."""
    if joint.kind == "slide":
        return 1.0
    handle = next(h for h in asset.handles if h.joint == joint.name)
    arm = np.array(handle.pos) - np.array(joint.anchor)
    return max(float(np.linalg.norm(np.cross(joint.axis, arm))), handle.width / 2)


@pytest.mark.parametrize("category", JOINTED)
def test_a_hand_moves_every_joint_over_its_range(category: str) -> None:
    for index in TESTED:
        asset = LIBRARY.get(LIBRARY.ids()[category][index])
        for joint in some(asset.joints):
            share, contacts = moved_by_hand(asset, joint)
            assert share >= 0.98, (asset.id, joint.name, share)
            assert contacts == 0, (asset.id, joint.name)


def test_there_are_doors_drawers_lids_dials_and_levers() -> None:
    assert len(JOINTED) >= 16
    kinds: set[tuple[str, str, str]] = set()
    for category in JOINTED:
        asset = first(category)
        controls = {joint.controls for joint in asset.joints}
        assert ("openable" in asset.affordances) == ("opening" in controls), category
        assert ("toggleable" in asset.affordances) == ("switch" in controls), category
        for joint in asset.joints:
            axis = "xyz"[int(np.argmax(np.abs(joint.axis)))]
            kinds.add((joint.controls, joint.kind, axis if joint.controls == "opening" else ""))
    assert kinds == {
        ("opening", "slide", "x"), ("opening", "hinge", "y"), ("opening", "hinge", "z"),
        ("switch", "hinge", ""), ("switch", "slide", ""),
    }  # fmt: skip


def structure(asset: Asset) -> tuple[Any, ...]:
    """What its parts are, whatever they measure."""
    return (
        tuple((j.controls, j.kind, j.axis) for j in asset.joints),
        len(asset.cavities), len(asset.surfaces), len(asset.links[0].collisions),
    )  # fmt: skip


@pytest.mark.parametrize(
    "category",
    ["oven.n.01", "electric_refrigerator.n.01", "wardrobe.n.01", "sink.n.01", "stove.n.01",
     "switch.n.01", "faucet.n.01", "toaster.n.02"],
)  # fmt: skip
def test_instances_differ_in_their_parts(category: str) -> None:
    ids = LIBRARY.ids()[category][:16]
    assert len({structure(LIBRARY.get(name)) for name in ids}) >= 3


def test_tables_carry_only_what_fits_them() -> None:
    assert isinstance(TOP, AssetLibrary)
    offered = TOP.ids()
    assert set(categories()) >= FLOOR
    assert not FLOOR & set(offered)
    assert {"breakfast_table.n.01", "desk.n.01", "countertop.n.01", "laptop.n.01"} <= set(offered)
    assert all(offered[category] == LIBRARY.ids()[category] for category in offered)
    assert TOP.get("oven-0000") == LIBRARY.get("oven-0000")
    assert (TOP.name, TOP.version) == (LIBRARY.name, LIBRARY.version)
    for category in JOINTED:
        verdicts = {fits_table(LIBRARY.get(name)) for name in LIBRARY.ids()[category][:12]}
        assert verdicts == {category in offered}, category


def test_no_proposal_speaks_of_floor_furniture() -> None:
    catalogue = Catalogue(LIBRARY, FRANKA)
    for kind in some(catalogue.kinds):
        assert kind.table or all(map(fits_table, kind.assets)), kind.category
    for asked in ("oven.n.01", "wardrobe.n.01", "electric_refrigerator.n.01"):
        assert all(map(fits_table, catalogue.kind(asked).assets)), asked


def test_no_scene_puts_floor_furniture_on_its_table() -> None:
    objects = [ObjectSpec(name="cooker", category="oven.n.01")]
    spec = SceneSpec.model_validate({"objects": objects, "clutter": {"count": 30}})
    _, chosen = choose(make_request(spec), TOP, np.random.default_rng(0))
    assert len(chosen) == 32
    for name, choice in chosen.items():
        assert name == "table" or fits_table(choice.asset), choice.asset.id


def test_a_switch_is_toggled_on_and_not_open() -> None:
    radio, oven = first("radio_receiver.n.01"), first("toaster_oven.n.01")
    dial, door = radio.joints[0], oven.joints[-1]
    assert (dial.controls, door.controls) == ("switch", "opening")
    for share in (0.9, 1.1):
        turned = dial.limits[1] * dial.open_fraction * share
        compiled = by_hand(
            put("radio", radio, (0.6, -0.3, 0.0), np.pi, {dial.name: turned}),
            put("oven", oven, (0.6, 0.3, 0.0), np.pi, {door.name: 0.9 * door.limits[1]}),
        )
        facts = PhysicsFacts(compiled, compiled.new_data())
        assert facts.holds("toggled_on", ("radio",)) == (share > 1)
        assert not facts.holds("open", ("radio",))
        assert facts.holds("open", ("oven",))
        assert not facts.holds("toggled_on", ("oven",))
        assert ("toggled_on radio" in facts.atoms()) == (share > 1)


def test_only_openings_are_to_be_opened() -> None:
    names = ("radio_receiver.n.01", "laptop.n.01", "toaster_oven.n.01")
    assets = {"table": first("breakfast_table.n.01")} | {name: first(name) for name in names}
    found = capabilities(assets, "table")
    assert found.openable == {"laptop.n.01", "toaster_oven.n.01"}
