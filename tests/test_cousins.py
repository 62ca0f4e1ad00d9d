"""Cousins keep what can be done with a twin, and their distance is a dial."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from cousins.scenes import cousins, descriptors
from cousins.scenes.cousins import choices, cousins_of, distance, kin, pick
from cousins.scenes.procedural import ProceduralLibrary
from cousins.schemas import AssemblyError, Asset, CousinSpec, SpecError

LIBRARY = ProceduralLibrary()


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed))


def test_distance_is_zero_only_for_the_twin() -> None:
    mug = LIBRARY.get("mug-0003")
    assert distance(mug, mug).total == 0
    copy = mug.model_copy(update={"id": "mug-copy"})
    assert distance(mug, copy).total > 0
    for other in ("mug-0004", "teacup-0000", "cabinet-0000"):
        there, back = distance(mug, LIBRARY.get(other)), distance(LIBRARY.get(other), mug)
        assert there == back
        assert 0 < there.total <= 1


def test_parts_tell_what_differs() -> None:
    mug = LIBRARY.get("mug-0003")
    other = distance(mug, LIBRARY.get("mug-0004"))
    assert other.taxonomy == 0
    assert other.structure == 0
    assert distance(mug, LIBRARY.get("teacup-0000")).taxonomy > 0.2
    drawers = {name: len(LIBRARY.get(name).joints) for name in LIBRARY.ids()["cabinet.n.01"][:16]}
    one = next(name for name, count in drawers.items() if count == 1)
    three = next(name for name, count in drawers.items() if count == 3)
    assert distance(LIBRARY.get(one), LIBRARY.get(three)).structure > 0.5
    parts = distance(LIBRARY.get(one), LIBRARY.get(three))
    alike = (1 - parts.taxonomy) * (1 - parts.structure) * (1 - parts.extents) * (1 - parts.shape)
    assert parts.total == pytest.approx(1 - alike, abs=1e-5)


def test_scaling_changes_extents_and_not_shape() -> None:
    bowl = LIBRARY.get("bowl-0001")
    assert distance(bowl, scaled(bowl, 1.5)).shape < 0.02
    assert distance(bowl, scaled(bowl, 1.5)).extents == pytest.approx(1 - 1 / 1.5, abs=1e-4)


def scaled(asset: Asset, factor: float) -> Asset:
    """The same asset, larger."""
    from cousins.schemas import MeshData

    meshes = {
        name: MeshData.from_arrays(mesh.vertex_array() * factor, mesh.face_array())
        for name, mesh in asset.meshes.items()
    }
    x, y, z = asset.extents
    extents = (x * factor, y * factor, z * factor)
    return asset.model_copy(update={"id": "scaled", "meshes": meshes, "extents": extents})


def test_occupancy_fills_cups_and_leaves_tables_open() -> None:
    glass = descriptors.occupancy(LIBRARY.get("glass-0000"))
    middle = glass[8:12, 8:12, 4:16]
    assert middle.all()
    assert 0.5 < glass.mean() < 0.85  # about pi / 4 of the box
    table = descriptors.occupancy(LIBRARY.get("table-0000"))
    assert table[:, :, -1].mean() > 0.9
    assert not table[6:14, 6:14, 2:14].any()


@pytest.mark.parametrize("twin", ["mug-0000", "cabinet-0002", "chest-0001", "cupboard-0000"])
def test_cousins_keep_what_can_be_done(twin: str) -> None:
    original = LIBRARY.get(twin)
    kinds = {joint.kind for joint in original.joints}
    found = cousins_of(twin, LIBRARY)
    assert found[0].asset_id == twin
    totals = [cousin.distance.total for cousin in found]
    assert totals == sorted(totals)
    assert totals.count(0.0) == 1
    assert len(found) >= 64
    for cousin in found[::7]:
        asset = LIBRARY.get(cousin.asset_id)
        assert original.affordances <= asset.affordances
        assert {joint.kind for joint in asset.joints} == kinds


def test_siblings_come_after_the_same_category() -> None:
    assert "teacup.n.02" in kin("mug.n.04", LIBRARY)
    assert kin("cabinet.n.01", LIBRARY) == ("cabinet.n.01",)  # a door is no drawer
    spec = CousinSpec(per_object=12, distance=(0.0, 1.0))
    assert {c.category for c in choices("mug-0000", spec, LIBRARY)} == {"mug.n.04"}
    far = CousinSpec(per_object=12, distance=(0.45, 1.0))
    assert "teacup.n.02" in {c.category for c in choices("mug-0000", far, LIBRARY)}


def test_choices_spread_over_the_band() -> None:
    spec = CousinSpec(per_object=8, distance=(0.05, 0.3))
    totals = [c.distance.total for c in choices("mug-0000", spec, LIBRARY)]
    assert len(totals) == 8
    assert min(totals) >= 0.05
    assert max(totals) <= 0.3
    assert max(totals) - min(totals) > 0.1


def test_an_empty_band_tells_what_there_is() -> None:
    spec = CousinSpec(distance=(0.97, 0.98))
    with pytest.raises(AssemblyError, match=r"band \[0\.97, 0\.98\]; nearest: 0\.") as caught:
        choices("mug-0000", spec, LIBRARY)
    assert caught.value.impossible
    assert caught.value.exit_code == 2


def test_pick_fixes_the_twin_and_draws_the_cousin() -> None:
    twin = CousinSpec(per_object=1, distance=(0.0, 0.0))
    asset, apart = pick("mug.n.04", twin, LIBRARY, rng(3), rng(0))
    assert apart.total == 0
    again, _ = pick("mug.n.04", twin, LIBRARY, rng(3), rng(99))
    assert again.id == asset.id
    spec = CousinSpec(per_object=8, distance=(0.0, 0.5))
    drawn = [pick("mug.n.04", spec, LIBRARY, rng(3), rng(seed)) for seed in range(40)]
    assert len({picked.id for picked, _ in drawn}) == 8
    for picked, apart in drawn:
        assert apart == distance(asset, picked)
    repeat = [pick("mug.n.04", spec, LIBRARY, rng(3), rng(seed))[0].id for seed in range(40)]
    assert repeat == [picked.id for picked, _ in drawn]


def test_pick_resolves_categories_and_requirements() -> None:
    spec = CousinSpec()
    asset, _ = pick("table.n.02", spec, LIBRARY, rng(0), rng(0))
    assert asset.category == "breakfast_table.n.01"
    needed = frozenset({"openable", "container"})
    asset, _ = pick("microwave.n.02", spec, LIBRARY, rng(0), rng(0), needed)
    assert needed <= asset.affordances
    with pytest.raises(AssemblyError, match=r"no mug\.n\.04 .* has \['openable'\]"):
        pick("mug.n.04", spec, LIBRARY, rng(0), rng(0), frozenset({"openable"}))
    with pytest.raises(SpecError):
        pick("car.n.01", spec, LIBRARY, rng(0), rng(0))


def test_disk_and_memory_agree(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is read back is what was derived."""
    for name in ("apple-0005", "chest-0000"):
        asset = LIBRARY.get(name)
        stored = descriptors.descriptors(LIBRARY, asset.category)[name]
        fresh = descriptors.describe(asset)
        assert stored.affordances == fresh.affordances
        assert stored.openable == fresh.openable
        assert stored.parts == fresh.parts
        np.testing.assert_array_equal(stored.extents, fresh.extents)
        np.testing.assert_array_equal(stored.occupancy, fresh.occupancy)


def test_ranking_is_fast() -> None:
    cousins_of("jar-0000", LIBRARY)
    clear: Callable[[], None] = cousins._ranked.cache_clear  # pyright: ignore[reportPrivateUsage]
    clear()
    start = time.process_time()
    cousins_of("jar-0000", LIBRARY)
    assert time.process_time() - start < 0.2
