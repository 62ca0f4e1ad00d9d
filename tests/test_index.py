"""The catalogue index: kept, rebuilt only where needed, the same for any number of workers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from worlds import LIBRARY, first

from cousins.scenes import index as index_module
from cousins.scenes.index import build_index
from cousins.scenes.index_file import index_path, read_rows
from cousins.scenes.library import AssetLibrary
from cousins.scenes.shape_hash import shape_hash
from cousins.scenes.summary import summarise
from cousins.schemas import Asset, AssetError, Material, MeshData, SpecError
from cousins.schemas.base import Vec3

MUG, CABINET, APPLE = "mug.n.04", "cabinet.n.01", "apple.n.01"


@dataclass(frozen=True)
class Shelf:
    """A small library over some procedural assets; ids in `broken` cannot be built.

    Attributes:
        offered: ids by category.
        stamps: by id, where not empty.
        renamed: ids that are another asset, by id.
        broken: ids that raise.
    """

    offered: Mapping[str, tuple[str, ...]]
    stamps: Mapping[str, str] = field(default_factory=dict[str, str])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    broken: tuple[str, ...] = ()
    name: str = "shelf"
    version: str = "1"

    def __hash__(self) -> int:
        return hash(self.name)

    def ids(self) -> dict[str, tuple[str, ...]]:
        return dict(self.offered)

    def quarantined(self) -> Mapping[str, str]:
        return {"shelf-ghost": "it was never there"}

    def stamp(self, asset_id: str) -> str:
        return self.stamps.get(asset_id, "0")

    def get(self, asset_id: str) -> Asset:
        if asset_id in self.broken:
            raise AssetError("a mesh is missing")
        if asset_id not in itertools.chain(*self.offered.values()):
            raise SpecError(f"no asset {asset_id!r}")
        found = LIBRARY.get(self.renamed.get(asset_id, asset_id))
        return found.model_copy(update={"id": asset_id}) if asset_id in self.renamed else found


MANY = {MUG: tuple(f"mug-{i:04d}" for i in range(20))}
SHELF = Shelf({MUG: tuple(f"mug-{i:04d}" for i in range(12)), CABINET: ("cabinet-0000",)})


pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids in the order in which they are worked out."""
    seen: list[str] = []
    real: Callable[[AssetLibrary, str, str], object] = index_module._row  # pyright: ignore[reportPrivateUsage]

    def spy(library: AssetLibrary, category: str, asset_id: str) -> object:
        seen.append(asset_id)
        return real(library, category, asset_id)

    monkeypatch.setattr(index_module, "_row", spy)
    return seen


def test_a_record_tells_what_the_asset_is() -> None:
    record = build_index(SHELF).records["cabinet-0000"]
    asset = LIBRARY.get("cabinet-0000")
    assert (record.id, record.category, record.hash) == (
        asset.id, asset.category, asset.content_hash(),
    )  # fmt: skip
    assert record.extents == asset.extents
    assert record.mass == pytest.approx(asset.mass)
    assert [joint.limits for joint in record.joints] == [joint.limits for joint in asset.joints]
    assert record.affordances == tuple(sorted(asset.affordances))
    assert (record.surfaces, record.cavities) == (len(asset.surfaces), len(asset.cavities))
    assert record.verdict is None


def test_only_what_changed_is_worked_out_again(looked: list[str]) -> None:
    fresh = build_index(SHELF)
    assert sorted(looked) == sorted(fresh.records)
    looked.clear()
    assert build_index(SHELF) == fresh
    assert looked == []
    build_index(replace(SHELF, stamps={"mug-0003": "1"}))
    assert looked == ["mug-0003"]
    looked.clear()
    build_index(replace(SHELF, offered={APPLE: ("apple-0000",), **SHELF.offered}))
    assert sorted(looked) == ["apple-0000", "mug-0003"]


def test_another_simulator_or_format_means_another_verdict(
    looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(SHELF)
    looked.clear()
    monkeypatch.setattr("cousins.scenes.index_file.FORMAT", 99)
    build_index(SHELF)
    assert len(looked) == 13
    looked.clear()
    monkeypatch.setattr("cousins.scenes.index_file._simulator", lambda: "mujoco 99")
    build_index(SHELF)
    assert len(looked) == 13


def test_the_number_of_workers_changes_nothing(cache: Path) -> None:
    alone = build_index(LIBRARY, only=MANY)
    first_file = index_path("procedural").read_bytes()
    index_path("procedural").unlink()
    assert build_index(LIBRARY, only=MANY, workers=2) == alone
    assert index_path("procedural").read_bytes() == first_file


def test_broken_misnamed_and_quarantined_assets_are_told_apart() -> None:
    shelf = Shelf({MUG: ("mug-0000", "mug-0001"), CABINET: ("mug-0002",)}, broken=("mug-0001",))
    index = build_index(shelf)
    assert set(index.records) == {"mug-0000"}
    assert index.broken["mug-0001"] == "cannot be built: a mesh is missing"
    assert "is mug-0002 of mug.n.04, but listed as" in index.broken["mug-0002"]
    assert index.quarantined == {"shelf-ghost": "it was never there"}
    summary = summarise(shelf, index)
    assert summary.passed_share == pytest.approx(1 / 3, abs=1e-6)
    assert set(summary.failing) == {"mug-0001", "mug-0002"}
    assert (summary.checked, summary.instances, summary.categories) == (3, 3, 2)


def test_an_asset_of_the_same_shape_names_the_first() -> None:
    shelf = Shelf({MUG: ("mug-0000", "mug-0001", "copy")}, renamed={"copy": "mug-0001"})
    index = build_index(shelf)
    assert index.duplicates() == {"copy": "mug-0001"}
    assert summarise(shelf, index).duplicates == {"copy": "mug-0001"}


def test_a_corrupt_index_is_built_anew(
    looked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = build_index(SHELF)
    for text in ("", "{", '{"rows": {"mug-0000": {"key": 7}}}', "null", "\xff"):
        index_path("shelf").write_text(text)
        looked.clear()
        assert build_index(SHELF) == fresh
        assert len(looked) == 13
        assert "is not a valid index" in capsys.readouterr().err
    assert json.loads(index_path("shelf").read_text())["rows"]["mug-0000"]["key"]


def test_what_was_done_before_an_interruption_is_kept(looked: list[str]) -> None:
    def impatient(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(SHELF, progress=impatient)
    assert len(read_rows("shelf")) == 8
    looked.clear()
    told: list[tuple[int, int]] = []
    build_index(SHELF, progress=lambda done, total: told.append((done, total)))
    assert len(looked) == 5
    assert told == [(8, 13), (13, 13)]


def test_a_folder_that_cannot_be_written_costs_time_only(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (cache / "file").write_text("")
    monkeypatch.setenv("COUSINS_CACHE", str(cache / "file" / "inside"))
    assert len(build_index(SHELF).records) == 13
    assert "the index cannot be stored" in capsys.readouterr().err


def meshed(asset: Asset, change: Callable[[MeshData], MeshData]) -> Asset:
    """The asset with all its meshes changed."""
    return asset.model_copy(
        update={"meshes": {name: change(mesh) for name, mesh in asset.meshes.items()}}
    )


def shuffled(mesh: MeshData) -> MeshData:
    """The same surface with vertices, faces and corners in another order."""
    rng = np.random.default_rng(3)
    vertices, faces = mesh.vertex_array(), mesh.face_array()
    order = rng.permutation(len(vertices))
    place = np.argsort(order)
    turned = np.roll(place[faces], 1, axis=1)
    return MeshData.from_arrays(vertices[order], turned[rng.permutation(len(faces))])


def refined(mesh: MeshData) -> MeshData:
    """The same surface with each triangle cut in three."""
    vertices, faces = mesh.vertex_array(), mesh.face_array()
    middle = len(vertices) + np.arange(len(faces))
    cut = [np.stack([faces[:, i], faces[:, (i + 1) % 3], middle], axis=1) for i in range(3)]
    centres = vertices[faces].mean(axis=1)
    return MeshData.from_arrays(np.concatenate([vertices, centres]), np.concatenate(cut))


def scaled(mesh: MeshData, factors: Vec3) -> MeshData:
    return MeshData.from_arrays(mesh.vertex_array() * factors, mesh.face_array())


def split(asset: Asset) -> Asset:
    """The asset with each mesh in two halves."""
    meshes: dict[str, MeshData] = {}
    for name, mesh in asset.meshes.items():
        faces = mesh.face_array()
        for half, part in enumerate((faces[::2], faces[1::2])):
            meshes[f"{name}-{half}"] = MeshData.from_arrays(mesh.vertex_array(), part)
    links = tuple(
        link.model_copy(
            update={
                "visuals": tuple(
                    shape.model_copy(update={"mesh": f"{shape.mesh}-{half}"})
                    for shape in link.visuals
                    for half in (0, 1)
                )
            }
        )
        for link in asset.links
    )
    return asset.model_copy(update={"meshes": meshes, "links": links})


@pytest.mark.parametrize("category", [MUG, CABINET, "microwave.n.02"])
def test_the_shape_hash_sees_the_shape_alone(category: str) -> None:
    asset = first(category)
    one = shape_hash(asset)
    painted = asset.model_copy(
        update={"materials": dict.fromkeys(asset.materials, Material(rgba=(1, 0, 0, 1)))}
    )
    for same in (painted, meshed(asset, shuffled), meshed(asset, refined), split(asset)):
        assert shape_hash(same) == one
    larger = meshed(asset, lambda mesh: scaled(mesh, (1.01, 1.01, 1.01)))
    mirrored = meshed(asset, lambda mesh: scaled(mesh, (1.0, -1.0, 1.0)))
    assert shape_hash(larger) != one
    if category != CABINET:  # a drawer cabinet is its own mirror image
        assert shape_hash(mirrored) != one


def test_the_shape_hash_tells_working_joints_from_others() -> None:
    asset = first(CABINET)
    links = tuple(link.model_copy(update={"joint": None}) for link in asset.links)
    welded = asset.model_copy(update={"links": links, "handles": (), "cavities": ()})
    assert shape_hash(welded) != shape_hash(asset)


def test_shapes_of_a_category_differ() -> None:
    hashes = [shape_hash(LIBRARY.get(name)) for name in LIBRARY.ids()[MUG][:24]]
    assert len(set(hashes)) == 24
