"""Cousins keep what can be done with a twin, and their distance is a dial."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from cousins.flows.bench import cousins as bench
from cousins.flows.bench._chamfer import chamfer, cloud
from cousins.scenes.cousins.descriptor_store import category_table, whole_table
from cousins.scenes.cousins.descriptors import SPECIAL, DescriptorTable, describe
from cousins.scenes.cousins.retrieval import choices, cousins_of, distance, pick
from cousins.scenes.cousins.shape_features import GRAIN, SLABS, occupancy
from cousins.scenes.cousins.similarity import (
    DISTINCT,
    OUTSIZE,
    WEIGHTS,
    CousinDistance,
    compare,
    measure,
    search,
)
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import (
    AssemblyError,
    Asset,
    AssetError,
    CousinSpec,
    Inertial,
    Link,
    MeshData,
    Shape,
    SpecError,
)
from cousins.schemas.base import Vec3

LIBRARY = ProceduralLibrary()
VESSELS = ("mug.n.04", "bowl.n.01", "teacup.n.02", "jar.n.01")
OPENING = ("cabinet.n.01", "cabinet.n.03", "microwave.n.02", "toolbox.n.01")


@dataclass(eq=False)
class Shelf:
    """A library of a few assets in memory, whose stamps a test can change."""

    assets: dict[str, Asset]
    stamps: dict[str, str] = field(default_factory=dict[str, str])
    broken: tuple[str, ...] = ()
    built: list[str] = field(default_factory=list[str])
    name: str = "shelf"
    version: str = "1"

    def ids(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, asset in self.assets.items():
            found[asset.category] = (*found.get(asset.category, ()), name)
        return found

    def quarantined(self) -> Mapping[str, str]:
        return {}

    def stamp(self, asset_id: str) -> str:
        return self.stamps.get(asset_id, "1")

    def get(self, asset_id: str) -> Asset:
        self.built.append(asset_id)
        if asset_id in self.broken:
            raise AssetError(f"{asset_id} is broken")
        return self.assets[asset_id]


def some(categories: tuple[str, ...], count: int = 6) -> dict[str, Asset]:
    names = [name for kind in categories for name in LIBRARY.ids()[kind][:count]]
    return {name: LIBRARY.get(name) for name in names}


def table_of(assets: dict[str, Asset]) -> DescriptorTable:
    return DescriptorTable.of([describe(asset) for asset in assets.values()])


@pytest.fixture(scope="module")
def vessels() -> Shelf:
    return Shelf(some(VESSELS))


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed))


def stretched(asset: Asset, factors: Vec3, name: str = "stretched") -> Asset:
    """The same asset, larger along each axis; meshes only."""
    meshes = {
        key: MeshData.from_arrays(mesh.vertex_array() * factors, mesh.face_array())
        for key, mesh in asset.meshes.items()
    }
    x, y, z = np.multiply(asset.extents, factors).tolist()
    return asset.model_copy(update={"id": name, "meshes": meshes, "extents": (x, y, z)})


def ball(name: str, radius: float) -> Asset:
    """A thing whose visible shape is a primitive."""
    shape = Shape(kind="sphere", size=(radius,), pos=(0.0, 0.0, radius))
    inertial = Inertial(mass=0.1, com=(0, 0, radius), inertia=(1e-4, 1e-4, 1e-4, 0, 0, 0))
    link = Link(name="body", visuals=(shape,), collisions=(shape,), inertial=inertial)
    return Asset(
        id=name,
        category="orange.n.01",
        library="test",
        source="test",
        licence="CC0-1.0",
        links=(link,),
        extents=(2 * radius, 2 * radius, 2 * radius),
        graspable=True,
    )


def test_distance_is_zero_only_for_the_twin() -> None:
    mug = LIBRARY.get("mug-0003")
    assert distance(mug, mug) == CousinDistance(0, 0, 0, 0, 0, 0, 0)
    assert distance(mug, mug.model_copy(update={"id": "mug-copy"})).total == DISTINCT
    for other in ("mug-0004", "teacup-0000", "cabinet-0000", "table-0000"):
        there, back = distance(mug, LIBRARY.get(other)), distance(LIBRARY.get(other), mug)
        assert there == back
        assert all(0 <= getattr(there, part.name) <= 1 for part in fields(there))
        assert there.total > 0


def test_a_recolour_is_no_farther_than_a_copy() -> None:
    mug = LIBRARY.get("mug-0003")
    red = {
        name: one.model_copy(update={"rgba": (1, 0, 0, 1)}) for name, one in mug.materials.items()
    }
    assert red
    painted = mug.model_copy(update={"id": "mug-red", "materials": red})
    assert painted.content_hash() != mug.content_hash()
    assert distance(mug, painted).total == DISTINCT


def test_parts_tell_what_differs() -> None:
    mug = LIBRARY.get("mug-0003")
    other = distance(mug, LIBRARY.get("mug-0004"))
    assert other.taxonomy == 0
    assert other.structure == 0
    assert distance(mug, LIBRARY.get("teacup-0000")).taxonomy > 0.2
    drawers = {name: len(LIBRARY.get(name).joints) for name in LIBRARY.ids()["cabinet.n.01"][:16]}
    one = next(name for name, count in drawers.items() if count == 1)
    three = next(name for name, count in drawers.items() if count == 3)
    parts = distance(LIBRARY.get(one), LIBRARY.get(three))
    assert parts.structure > 0.5
    likeness = [1 - weight * getattr(parts, name) for name, weight in WEIGHTS.items()]
    assert parts.total == pytest.approx(1 - np.prod(likeness), abs=1e-5)


def test_scaling_changes_sizes_and_not_the_filled_shape() -> None:
    bowl = LIBRARY.get("bowl-0001")
    found = distance(bowl, stretched(bowl, (1.5, 1.5, 1.5)))
    assert found.overlap < 0.02
    assert found.extents == pytest.approx(1 - 1 / 1.5, abs=1e-4)
    assert found.outline == pytest.approx(0.5 / 2.5, abs=2e-3)
    assert found.spread == pytest.approx(0.5 / 2.5, abs=2e-3)


@pytest.mark.parametrize("axes", [(1, 1, 1), (0, 0, 1), (1, 1, 0)])
def test_a_growing_change_is_increasingly_far(axes: tuple[int, int, int]) -> None:
    for name in ("bowl-0001", "mug-0002"):
        asset = LIBRARY.get(name)
        totals: list[float] = []
        for factor in (1.03, 1.1, 1.3, 1.6, 2.0):
            x, y, z = (factor if axis else 1.0 for axis in axes)
            totals.append(distance(asset, stretched(asset, (x, y, z))).total)
        assert np.diff(totals).min() > 0.005, totals
        assert totals[0] < 0.12


def test_primitives_have_shapes_too() -> None:
    small, large = ball("small", 0.03), ball("large", 0.045)
    assert distance(small, large).extents == pytest.approx(1 / 3, abs=1e-6)
    assert distance(small, large).overlap < 0.02
    round_ = describe(small).shape.outline.reshape(3, 2, SLABS, 2) * GRAIN
    widest = round_[2, 1, :, 0].max()
    assert widest == pytest.approx(0.03, rel=0.02)
    bare = Link(name="body", inertial=small.links[0].inertial)
    with pytest.raises(AssetError, match="unseen has no visible shape"):
        describe(small.model_copy(update={"id": "unseen", "links": (bare,)}))


def test_occupancy_fills_cups_and_leaves_tables_open() -> None:
    glass = occupancy(LIBRARY.get("glass-0000"))
    assert glass[8:12, 8:12, 4:16].all()
    assert 0.5 < glass.mean() < 0.85  # about pi / 4 of the box
    table = occupancy(LIBRARY.get("table-0000"))
    assert table[:, :, -1].mean() > 0.9
    assert not table[6:14, 6:14, 2:14].any()


def test_search_equals_brute_force() -> None:
    assets = some((*VESSELS, *OPENING), 5)
    table = table_of(assets)
    for twin in (describe(assets["mug-0000"]), describe(assets["cabinet-0002"])):
        brute = {name: compare(twin, table.row(name)).total for name in assets}
        found = search(twin, table)
        names = [cousin.asset_id for cousin in found]
        assert names == sorted(names, key=lambda name: (brute[name], name))
        assert [cousin.distance.total for cousin in found] == [brute[name] for name in names]
        assert names[0] == twin.asset_id
        assert 1 < len(found) < len(table)
        middle = found.inside(0.2, 0.5)
        assert [c.asset_id for c in middle] == [n for n in names if 0.2 <= brute[n] <= 0.5]


def test_distances_are_symmetric_over_a_whole_table() -> None:
    table = table_of(some((*VESSELS, *OPENING), 3))
    everything = np.arange(len(table), dtype=np.intp)
    matrix = np.stack([measure(table.row(name), table, everything) for name in table.ids])
    np.testing.assert_array_equal(matrix, matrix.transpose(1, 0, 2))
    off = ~np.eye(len(table), dtype=bool)
    assert matrix[off][:, -1].min() >= DISTINCT
    assert matrix[~off].max() == 0


@pytest.mark.parametrize("twin", ["mug-0000", "cabinet-0002", "toolbox-0001", "cupboard-0000"])
def test_cousins_keep_what_can_be_done(twin: str) -> None:
    assets = some((*VESSELS, *OPENING, "plate.n.04", "apple.n.01", "breakfast_table.n.01"), 4)
    original = assets[twin]
    found = search(describe(original), table_of(assets))
    assert found[0].asset_id == twin
    assert {cousin.category for cousin in found} != set(VESSELS + OPENING)
    held = {handle.joint for handle in original.handles}
    for cousin in found:
        asset = assets[cousin.asset_id]
        assert original.affordances - set(SPECIAL) <= asset.affordances
        assert asset.fixed == original.fixed
        assert {c.opening for c in original.cavities} <= {c.opening for c in asset.cavities}
        opened = {j.kind for j in asset.joints if j.name in {h.joint for h in asset.handles}}
        assert opened == {joint.kind for joint in original.joints if joint.name in held}


def test_a_switch_is_no_door() -> None:
    """A knob turns and a door turns; only one of them opens."""
    door = LIBRARY.get("cupboard-0000")
    links = tuple(
        link.model_copy(update={"joint": link.joint.model_copy(update={"controls": "switch"})})
        if link.joint
        else link
        for link in door.links
    )
    knob = door.model_copy(update={"id": "knob", "links": links})
    assert "openable" in door.affordances
    assert "openable" not in knob.affordances
    assert "toggleable" in knob.affordances
    table = table_of({door.id: door, "knob": knob})
    for required in (None, frozenset({"support"}), frozenset[str]()):
        assert [c.asset_id for c in search(describe(door), table, required)] == [door.id]
        assert [c.asset_id for c in search(describe(knob), table, required)] == ["knob"]


def test_a_cousin_may_have_more_switches() -> None:
    plain = LIBRARY.get("mug-0000")
    joint = LIBRARY.get("cupboard-0000").joints[0].model_copy(update={"controls": "switch"})
    lever = plain.links[0].model_copy(
        update={"name": "lever", "parent": plain.links[0].name, "joint": joint}
    )
    electric = plain.model_copy(update={"id": "electric", "links": (*plain.links, lever)})
    table = table_of({plain.id: plain, electric.id: electric})
    assert {c.asset_id for c in search(describe(plain), table)} == {plain.id, electric.id}
    assert [c.asset_id for c in search(describe(electric), table)] == [electric.id]
    needed = frozenset({"container"})
    assert len(search(describe(electric), table, needed)) == 2


def test_giants_are_no_cousins() -> None:
    bowl = LIBRARY.get("bowl-0001")
    sizes = (OUTSIZE - 0.05, OUTSIZE + 0.05, 1 / (OUTSIZE - 0.05), 1 / (OUTSIZE + 0.05))
    assets = {f"x{size:.2f}": stretched(bowl, (size, size, size), f"x{size:.2f}") for size in sizes}
    found = {cousin.asset_id for cousin in search(describe(bowl), table_of(assets))}
    assert found == {"x2.95", "x0.34"}


def test_cousins_of_ranks_the_whole_library(vessels: Shelf) -> None:
    found = cousins_of("mug-0000", vessels)
    assert found[0].asset_id == "mug-0000"
    assert {cousin.category for cousin in found} == set(VESSELS)
    totals = [cousin.distance.total for cousin in found]
    assert totals == sorted(totals)
    assert totals.count(0.0) == 1
    kinds = {name: [c.distance.total for c in found if c.category == name] for name in VESSELS}
    assert np.median(kinds["mug.n.04"]) < min(np.median(kinds[x]) for x in VESSELS[1:])
    with pytest.raises(KeyError):
        whole_table(vessels).row("mug-9999")


def test_other_categories_come_after_the_twins_own(vessels: Shelf) -> None:
    spec = CousinSpec(per_object=4, distance=(0.0, 1.0))
    assert {c.category for c in choices("mug-0000", spec, vessels)} == {"mug.n.04"}
    fresh = Shelf(some(("mug.n.04", "teacup.n.02"), 2) | some(("cabinet.n.01",), 2))
    own = choices("mug-0000", CousinSpec(per_object=2), fresh)
    assert {c.category for c in own} == {"mug.n.04"}
    assert not any(name.startswith(("teacup", "cabinet")) for name in fresh.built)
    wide = choices("mug-0000", CousinSpec(per_object=9), fresh)
    assert {c.category for c in wide} == {"mug.n.04", "teacup.n.02"}


def test_choices_spread_over_the_band() -> None:
    spec = CousinSpec(per_object=8, distance=(0.05, 0.35))
    totals = [c.distance.total for c in choices("mug-0000", spec, LIBRARY)]
    assert len(totals) == 8
    assert min(totals) >= 0.05
    assert max(totals) <= 0.35
    assert max(totals) - min(totals) > 0.1
    assert choices("mug-0000", spec, LIBRARY) == choices("mug-0000", spec, ProceduralLibrary())


def test_an_empty_band_tells_what_there_is(vessels: Shelf) -> None:
    spec = CousinSpec(distance=(0.005, 0.006))
    with pytest.raises(AssemblyError, match=r"band \[0\.005, 0\.006\]; nearest: 0\.000 \(mug-0000\)"
                       r", 0\.\d+ \(mug-") as caught:  # fmt: skip
        choices("mug-0000", spec, vessels)
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
    for picked, apart in drawn[:10]:
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


def test_only_what_changed_is_described_again(cache: Path) -> None:
    first = Shelf(some(("mug.n.04",), 4))
    before = category_table(first, "mug.n.04")
    assert sorted(first.built) == sorted(first.assets)
    same = Shelf(first.assets)
    after = category_table(same, "mug.n.04")
    assert same.built == []
    for one in fields(before):
        np.testing.assert_array_equal(getattr(before, one.name), getattr(after, one.name))
    assets = dict(first.assets)
    assets["mug-0002"] = stretched(assets["mug-0002"], (2.0, 2.0, 2.0), "mug-0002")
    del assets["mug-0001"]
    assets |= {"mug-0009": LIBRARY.get("mug-0009")}
    changed = Shelf(assets, {"mug-0002": "2"})
    table = category_table(changed, "mug.n.04")
    assert changed.built == ["mug-0002", "mug-0009"]
    assert table.ids == tuple(assets)
    np.testing.assert_allclose(table.row("mug-0002").extents, np.multiply(before.extents[2], 2))
    np.testing.assert_array_equal(table.outline[0], before.outline[0])


def test_a_broken_asset_or_file_stops_nothing(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = Shelf(some(("mug.n.04",), 3), broken=("mug-0001",))
    assert category_table(shelf, "mug.n.04").ids == ("mug-0000", "mug-0002")
    assert "mug-0001 is nobody's cousin: mug-0001 is broken" in capsys.readouterr().err
    again = Shelf(shelf.assets, broken=shelf.broken)
    assert category_table(again, "mug.n.04").ids == ("mug-0000", "mug-0002")
    assert again.built == []
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    third = Shelf(shelf.assets)
    assert len(category_table(third, "mug.n.04")) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_a_table_gives_back_what_went_in() -> None:
    assets = some(("cabinet.n.01", "apple.n.01"), 2)
    table = table_of(assets)
    for name, asset in assets.items():
        stored, fresh = table.row(name), describe(asset)
        assert replace(stored, shape=fresh.shape) == fresh
        assert stored.affordances == asset.affordances
        for one in fields(fresh.shape):
            np.testing.assert_array_equal(
                getattr(stored.shape, one.name), getattr(fresh.shape, one.name)
            )
    assert len(DescriptorTable.joined([])) == 0
    assert len(search(describe(assets["apple-0000"]), DescriptorTable.of([]))) == 0


def test_the_dial_agrees_with_another_measure() -> None:
    assets = some(VESSELS, 10)
    table = table_of(assets)
    clouds = {name: cloud(asset) for name, asset in assets.items()}
    agreed: list[float] = []
    for twin in table.ids[::5]:
        found = search(table.row(twin), table)[1:]
        assert len(found) > 20
        other = [chamfer(clouds[twin], clouds[cousin.asset_id]) for cousin in found]
        result: Any = spearmanr(found.totals, other)
        agreed.append(float(result.statistic))
    assert np.mean(agreed) > 0.85, agreed
    assert min(agreed) > 0.6, agreed


def test_the_other_measure_knows_distances() -> None:
    small, large = cloud(ball("small", 0.03)), cloud(ball("large", 0.045))
    assert chamfer(small, small) == 0
    apart = chamfer(small, large)  # spheres that touch at the bottom
    assert apart == chamfer(large, small)
    assert 0.008 < apart < 0.02
    assert cloud(LIBRARY.get("mug-0000")).data[:, 2].min() > -1e-6


def test_the_benchmark_has_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(some(VESSELS[:2], bench.SMALL_INSTANCES))
    monkeypatch.setattr(bench, "ProceduralLibrary", lambda: shelf)
    for name, value in (("FEWEST", 8), ("CANDIDATES", 12), ("QUERIES", 2)):
        monkeypatch.setattr(bench, name, value)
    found = bench.run(small=True, seed=1)
    assert found["assets"] == 2 * bench.SMALL_INSTANCES
    assert found["twins"] == 10
    assert found["affordance_kept"] == 1.0
    assert 0 < found["distance_rank_1"] < found["distance_rank_4"] < found["distance_rank_8"] < 1
    assert found["dial_spearman_lowest"] <= found["dial_spearman_median"] <= 1
    assert found["dial_spearman"] > 0.7
    assert found["query_seconds_10k"] > 0
    again = bench.run(small=True, seed=1)
    timed = "query_seconds_10k"
    assert {**again, timed: 0} == {**found, timed: 0}


def test_the_benchmark_notices_what_is_lost() -> None:
    cupboard, cabinet = LIBRARY.get("cupboard-0000"), LIBRARY.get("cabinet-0000")
    assert bench._keeps(cupboard, cupboard)  # pyright: ignore[reportPrivateUsage]
    mug, plate = LIBRARY.get("mug-0000"), LIBRARY.get("plate-0000")
    for twin, other in ((cupboard, cabinet), (mug, plate), (mug, cupboard), (cupboard, mug)):
        assert not bench._keeps(twin, other)  # pyright: ignore[reportPrivateUsage]
