"""Reference scenes and their cousins: relations kept, sizes followed, the twin exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from some import some
from worlds import LIBRARY, first, make_request

from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.core.geometry import Footprint, transform, yaw_quaternion
from cousins.scenes.core.rescale import LARGEST, SMALLEST, fitted, rescaled
from cousins.scenes.cousins.reference import reference_spec, twin_of_size
from cousins.scenes.layout.arrangement import lay_out
from cousins.scenes.layout.clearance import outlines_overlap
from cousins.scenes.layout.placed import Workspace
from cousins.scenes.layout.relations import (
    Body,
    aligned,
    broken,
    facing,
    in_front_of,
    level_inside,
    level_on,
    next_to,
)
from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.robots import robot
from cousins.schemas import AssemblyError, Asset, CousinSpec, ObjectSpec, Scene, SceneSpec
from cousins.tasks.physics.predicates import PhysicsFacts

REFERENCE = SceneSpec.model_validate(
    {
        "objects": [
            {"name": "cabinet", "category": "cabinet.n.01", "joint": {"any": 1.0}},
            {"name": "tray", "category": "tray.n.01"},
            {"name": "mug", "category": "mug.n.04", "next_to": "tray"},
            {"name": "apple", "category": "apple.n.01", "on": "tray"},
            {"name": "book", "category": "book.n.02", "aligned": "tray"},
            {"name": "can", "category": "can__of__soda.n.01"},
        ]
    }
)


def posed(asset: Asset, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Body:
    return Body(asset, transform([x, y, z], yaw_quaternion(np.radians(yaw))), {})


def made(spec: SceneSpec, band: tuple[float, float], seed: int) -> tuple[Scene, dict[str, Asset]]:
    request = make_request(spec, seed=seed)
    cousins = CousinSpec(per_object=8, distance=band)
    return assemble(replace(request, cousins=cousins, twin_seed=(0,)), LIBRARY)


@pytest.fixture(scope="module")
def reference() -> tuple[Scene, SceneSpec]:
    scene, assets = made(REFERENCE, (0.0, 0.0), 0)
    return scene, reference_spec(scene, assets)


def test_relations_of_posed_bodies() -> None:
    tray, mug, cabinet = first("tray.n.01"), first("mug.n.04"), first("cabinet.n.01")
    depth, width, _ = cabinet.extents
    base = posed(cabinet, 0.0, 0.0)
    assert in_front_of(posed(mug, depth / 2 + 0.1, 0.0), base)
    assert not in_front_of(posed(mug, -depth / 2 - 0.1, 0.0), base)
    assert not in_front_of(posed(mug, depth / 2 + 0.1, width), base)
    reach = (tray.extents[1] + mug.extents[1]) / 2
    assert next_to(posed(mug, 0.0, reach + 0.01), posed(tray, 0.0, 0.0))
    assert not next_to(posed(mug, 0.0, reach + 0.06), posed(tray, 0.0, 0.0))
    assert not next_to(posed(mug, 0.0, reach + 0.01, z=0.5), posed(tray, 0.0, 0.0))
    assert facing(posed(mug, 0.3, 0.3, yaw=-135), base)
    assert not facing(posed(mug, 0.3, 0.3, yaw=-90), base)
    assert aligned(posed(mug, 0.5, 0.5, yaw=95), base)
    assert not aligned(posed(mug, 0.5, 0.5, yaw=45), base)


def test_levels_count_from_the_lowest() -> None:
    shelf, mug, cabinet = first("shelf.n.01"), first("mug.n.04"), first("cabinet.n.01")
    base = posed(shelf, 0.0, 0.0)
    heights = sorted({round(surface.pos[2], 3) for surface in shelf.surfaces})
    assert len(heights) > 1
    found = [level_on(posed(mug, 0.0, 0.0, z), base) for z in heights]
    assert None not in found
    assert found == sorted(found, key=lambda level: -1 if level is None else level)
    assert level_on(posed(mug, 0.0, 0.0, heights[0] + 0.05), base) is None
    drawers = [cavity for cavity in cabinet.cavities if cavity.joint]
    assert level_inside(posed(mug, 0.0, 0.0, 5.0), posed(cabinet, 0.0, 0.0)) is None
    if len(drawers) > 1:
        low = min(drawers, key=lambda c: cabinet.link(c.link).pos[2] + c.centre[2])
        z = cabinet.link(low.link).pos[2] + low.centre[2] - mug.extents[2] / 2
        x = cabinet.link(low.link).pos[0] + low.centre[0]
        y = cabinet.link(low.link).pos[1] + low.centre[1]
        assert level_inside(posed(mug, x, y, z), posed(cabinet, 0.0, 0.0)) == 0


def test_a_scene_as_a_reference(reference: tuple[Scene, SceneSpec]) -> None:
    scene, spec = reference
    objects = {thing.name: thing for thing in spec.objects}
    assert set(objects) == {thing.name for thing in scene.objects} - {"table"}
    assert objects["apple"].on == "tray"
    assert "tray" in (objects["mug"].next_to, objects["mug"].aligned) or objects["mug"].next_to
    assert objects["cabinet"].on == "table"
    assert len(objects["cabinet"].joint) == 1
    for name, thing in objects.items():
        assert thing.pose.x is not None
        assert thing.pose.x.sample(np.random.default_rng(0)) == pytest.approx(
            scene.object(name).pos[0], abs=1e-4
        )


def test_at_distance_zero_the_twin_stands_where_it_stood(
    reference: tuple[Scene, SceneSpec],
) -> None:
    scene, spec = reference
    twin, _ = made(spec, (0.0, 0.0), 5)
    for thing in some(spec.objects):
        old, new = scene.object(thing.name), twin.object(thing.name)
        assert new.asset_hash == old.asset_hash
        assert new.cousin_distance == 0.0
        assert np.allclose(new.pos, old.pos, atol=0.002)
        assert np.allclose(list(new.joints.values()), list(old.joints.values()), atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_cousin_scenes_keep_the_relations(reference: tuple[Scene, SceneSpec], seed: int) -> None:
    scene, spec = reference
    cousin, assets = made(spec, (0.02, 0.5), seed + 10)
    compiled = compile_model(cousin, assets, "physics")
    facts = PhysicsFacts(compiled, compiled.new_data())
    changed = 0
    for thing in spec.objects:
        changed += cousin.object(thing.name).asset_hash != scene.object(thing.name).asset_hash
        shift = np.subtract(cousin.object(thing.name).pos, scene.object(thing.name).pos)
        assert np.hypot(shift[0], shift[1]) < 0.2
        # The predicates of tasks are evaluated from contacts, by other code.
        if thing.on is not None:
            assert facts.holds("ontop", (thing.name, thing.on))
        if thing.next_to is not None:
            assert facts.holds("nextto", (thing.name, thing.next_to))
    assert changed == len(spec.objects)


def test_relations_without_a_stated_pose() -> None:
    spec = SceneSpec.model_validate(
        {
            "objects": [
                {"name": "cabinet", "category": "cabinet.n.01"},
                {"name": "mug", "category": "mug.n.04", "in_front_of": "cabinet"},
                {"name": "shelf", "category": "shelf.n.01"},
                {"name": "book", "category": "book.n.02", "aligned": "shelf"},
                {"name": "box", "category": "box__of__cereal.n.01", "facing": "mug"},
                {"name": "can", "category": "can__of__soda.n.01", "on": "shelf", "level": 0},
            ]
        }
    )
    scene, assets = made(spec, (0.0, 0.4), 3)
    bodies = {
        o.name: Body(assets[o.asset_hash], transform(o.pos, o.quat), o.joints)
        for o in scene.objects
        if o.name != "table"
    }
    assert in_front_of(bodies["mug"], bodies["cabinet"])
    assert aligned(bodies["book"], bodies["shelf"])
    assert facing(bodies["box"], bodies["mug"])
    assert level_on(bodies["can"], bodies["shelf"]) == 0


def test_a_lost_relation_is_named() -> None:
    mug, tray = first("mug.n.04"), first("tray.n.01")
    spec = ObjectSpec(name="mug", category="mug.n.04", next_to="tray", aligned="tray")
    bodies = {"mug": posed(mug, 0.5, 0.0, yaw=45), "tray": posed(tray, 0.0, 0.0)}
    lost = [str(refusal) for refusal in broken(spec, bodies)]
    assert lost == ["mug is not next to tray", "mug is not aligned tray"]


def test_without_adjust_a_stated_pose_is_exact_or_refused() -> None:
    def spec(gap: float, adjust: float) -> SceneSpec:
        return SceneSpec.model_validate(
            {
                "adjust": adjust,
                "objects": [
                    {"name": "a", "category": "mug.n.04", "pose": {"x": 0.5, "y": 0.0, "yaw": 0}},
                    {"name": "b", "category": "can__of__soda.n.01",
                     "pose": {"x": 0.5, "y": gap, "yaw": 0}},
                ],
            }
        )  # fmt: skip

    scene, _ = made(spec(0.2, 0.0), (0.0, 0.0), 1)
    assert scene.object("b").pos[1] == pytest.approx(0.2, abs=0.002)
    with pytest.raises(AssemblyError, match="touches"):
        made(spec(0.03, 0.0), (0.0, 0.0), 1)
    scene, assets = made(spec(0.03, 0.1), (0.0, 0.0), 1)
    one, two = scene.object("a"), scene.object("b")
    assert not outlines_overlap(
        assets[one.asset_hash], transform(one.pos, one.quat),
        assets[two.asset_hash], transform(two.pos, two.quat), 0.002,
    )  # fmt: skip
    assert np.hypot(two.pos[0] - 0.5, two.pos[1] - 0.03) <= 0.1 + 0.003


BENCH = Workspace(
    "table", 0.7, Footprint(np.array([0.55, 0.0]), np.array([0.42, 0.68]), np.pi), 0.01
)


def stated(name: str, category: str, y: float, **more: object) -> tuple[ObjectSpec, Asset]:
    pose = {"x": 0.5, "y": y, "yaw": 0}
    spec = {"name": name, "category": category, "pose": pose, **more}
    return ObjectSpec.model_validate(spec), first(category)


def test_what_a_larger_cousin_carries_moves_with_its_edges() -> None:
    x, y, z = first("tray.n.01").extents
    measured = (x / 1.25, y / 1.25, z)
    pairs = (
        stated("tray", "tray.n.01", 0.0, extents=measured),
        stated("apple", "apple.n.01", 0.04, on="tray"),
    )
    tray, apple = lay_out(replace(BENCH, adjust=0.0), pairs, np.random.default_rng(0))
    assert apple.pose[1, 3] - tray.pose[1, 3] == pytest.approx(0.05, abs=0.001)


def test_what_stands_beside_comes_near_again() -> None:
    width = (first("tray.n.01").extents[1] + first("can__of__soda.n.01").extents[1]) / 2
    pairs = (
        stated("tray", "tray.n.01", 0.0),
        stated("can", "can__of__soda.n.01", width + 0.1, next_to="tray"),
    )
    tray, can = lay_out(BENCH, pairs, np.random.default_rng(0))
    assert next_to(Body(can.asset, can.pose, {}), Body(tray.asset, tray.pose, {}))
    assert abs(can.pose[1, 3]) > width


def test_the_twin_is_the_asset_of_nearest_size() -> None:
    ids = LIBRARY.ids()["bowl.n.01"]
    wanted = LIBRARY.get(ids[17]).extents
    assert twin_of_size(ids, wanted, LIBRARY) == ids[17]
    x, y, z = LIBRARY.get(LIBRARY.ids()["book.n.02"][5]).extents
    turned = twin_of_size(LIBRARY.ids()["book.n.02"], (y, x, z), LIBRARY)
    assert turned == LIBRARY.ids()["book.n.02"][5]


@pytest.mark.parametrize("category", ["cabinet.n.01", "bowl.n.01", "tray.n.01"])
def test_a_rescaled_asset_is_similar_in_all_respects(category: str) -> None:
    asset = first(category)
    factor = 1.2
    larger = rescaled(asset, factor)
    assert larger.mass == pytest.approx(asset.mass * factor**3)
    assert larger.extents == pytest.approx([factor * value for value in asset.extents])
    assert larger.affordances == asset.affordances
    assert larger.content_hash() != asset.content_hash()
    for old, new in zip(asset.joints, larger.joints, strict=True):
        ratio = factor if old.kind == "slide" else 1.0
        assert new.limits[1] == pytest.approx(old.limits[1] * ratio)
    grown = np.array([link.inertial.inertia for link in larger.links])
    was = np.array([link.inertial.inertia for link in asset.links])
    assert np.allclose(grown, was * factor**5, rtol=1e-6)
    back = rescaled(larger, 1 / factor)
    for before, after in zip(asset.links, back.links, strict=True):
        assert np.allclose(before.inertial.inertia, after.inertial.inertia, rtol=1e-6)
        assert np.allclose(before.pos, after.pos, atol=1e-9)


def test_rescaling_stays_sane() -> None:
    mug = first("mug.n.04")
    big = fitted(mug, (3 * mug.extents[0], 3 * mug.extents[1], 3 * mug.extents[2]), FRANKA)
    assert max(big.extents) <= LARGEST * max(mug.extents) + 1e-9
    apple = first("apple.n.01")
    x, y, z = apple.extents
    held = fitted(apple, (2 * x, 2 * y, 2 * z), FRANKA)
    assert min(apple.extents[:2]) < min(held.extents[:2]) <= 0.078 + 1e-6
    small = fitted(mug, tuple(value / 3 for value in mug.extents), FRANKA)  # type: ignore[arg-type]
    assert small.extents[2] == pytest.approx(SMALLEST * mug.extents[2])
    assert fitted(mug, mug.extents, FRANKA) is mug
    wider = robot("ur5e-2f85")
    taken = min(fitted(apple, (2 * x, 2 * y, 2 * z), wider).extents[:2])
    assert 0.079 < taken <= wider.max_opening
