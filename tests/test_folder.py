"""A user's own folder as a library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lab
import numpy as np
import pytest
from worlds import make_task

from cousins.scenes.assets import trial
from cousins.scenes.assets.joint import JointLibrary, open_libraries
from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.libraries.folder import FolderLibrary, library, reading
from cousins.scenes.libraries.folder.notes import AssetNotes, read_notes
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import Asset, EpisodeSpec, Refusal, RefusalKind, SpecError
from cousins.schemas.spec_file import load_spec
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

pytestmark = pytest.mark.usefixtures("module_cache")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("assets") / "mine"
    lab.good(path)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> FolderLibrary:
    path = tmp_path_factory.mktemp("assets") / "mixed"
    lab.bad(path)
    lab.box(0.05, 0.05, 0.05).export(path / "die.stl")
    return FolderLibrary(path, "lab")


def test_files_become_assets_by_category(folder: Path) -> None:
    found = FolderLibrary(folder, "lab")
    assert isinstance(found, AssetLibrary)
    assert found.quarantined() == {}
    assert found.ids() == {
        "box__of__cereal.n.01": ("lab-cereal_box",),
        "cabinet.n.01": ("lab-drawer",),
        "mug.n.04": ("lab-mug_01",),
        "toy_dice.n.01": ("lab-dice_blue_2", "lab-dice_model"),
    }
    for category, ids in found.ids().items():
        for asset_id in ids:
            asset = found.get(asset_id)
            assert (asset.id, asset.category, asset.library) == (asset_id, category, "lab")
            assert Asset.from_json(asset.canonical_json()) == asset


def test_notes_are_followed_and_the_rest_is_derived(folder: Path) -> None:
    found = FolderLibrary(folder, "lab")
    cereal = found.get("lab-cereal_box")
    assert cereal.mass == pytest.approx(0.3)
    assert (cereal.licence, cereal.source) == ("CC-BY-4.0", "my scanner")
    assert cereal.graspable
    die = found.get("lab-dice_blue_2")
    assert die.extents == pytest.approx((0.03, 0.03, 0.03))
    assert die.friction == 0.5
    mug = found.get("lab-mug_01")
    assert mug.licence == "LicenseRef-unspecified"
    assert mug.source == "mug_01.glb"
    assert mug.extents == pytest.approx((0.08, 0.08, 0.1), abs=1e-4)
    assert {"graspable", "container"} <= mug.affordances
    assert "lab-mug_01" in found.notes()
    assert "lab-cereal_box" not in found.notes()
    joint = JointLibrary((ProceduralLibrary(), found), allow_noncommercial=True)
    assert joint.notes() == found.notes()


def test_a_model_keeps_its_joint_and_owns_its_meshes(folder: Path) -> None:
    drawer = FolderLibrary(folder, "lab").get("lab-drawer")
    (joint,) = drawer.joints
    assert joint.limits == pytest.approx((0.0, 0.2))
    (handle,) = drawer.handles
    assert handle.joint == joint.name
    assert handle.approach == pytest.approx((-1.0, 0.0, 0.0))
    assert handle.width == pytest.approx(0.012, abs=0.003)
    assert any(c.joint == joint.name and c.opening == "top" for c in drawer.cavities)


REASONS = {
    "lab-mug_mm": ("mug_mm.stl: ", "in millimetres? set `scale: 0.001` in mug_mm.yaml"),
    "lab-plate_sheet": ("plate_sheet.ply: ", "no volume"),
    "lab-die_notes": (
        "die_notes.yaml: 2 problems", "line 1: categry: unknown key",
        "line 2: mass: 0 is not valid",
    ),
    "lab-die_kind": ("die_kind.stl: ", "no category 'toy_dyce.n.01'; did you mean"),
    "lab-corrupt_mug": ("corrupt_mug.glb: ", "cannot be read as GLB"),
    "lab-broken_mug": ("broken_mug.urdf: ",),
    "lab-qwzzx": ("fits the name 'qwzzx'; set `category`", "in qwzzx.yaml"),
    "lab-cup": ("several files have this id: a/cup.stl, b/cup.stl",),
    "lab-cabinet_x_model": ("cabinet_x/model.urdf: ", "missing.stl", "missing"),
    "lab-box_zero": ("states a mass of 0 kg", "set `mass` of the whole in box_zero.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("asset_id", REASONS)
def test_a_bad_file_is_one_message_and_the_rest_goes_on(
    asset_id: str, mixed: FolderLibrary
) -> None:
    reason = mixed.quarantined()[asset_id]
    for part in REASONS[asset_id]:
        assert part in reason
    assert str(mixed.path) not in reason
    with pytest.raises(SpecError, match="cannot be used: "):
        mixed.get(asset_id)
    assert mixed.ids() == {"toy_dice.n.01": ("lab-die",)}


def test_each_bad_file_is_accounted_for(mixed: FolderLibrary) -> None:
    assert set(mixed.quarantined()) == set(REASONS)


def test_a_mass_in_the_notes_mends_a_weightless_model(tmp_path: Path) -> None:
    lab.write(
        tmp_path / "die.urdf",
        lab.URDF.format(shape='<box size=".05 .05 .05"/>', inertial=lab.WEIGHTLESS),
    )
    lab.write(tmp_path / "die.yaml", "mass: 0.1\n")
    assert FolderLibrary(tmp_path, "lab").get("lab-die").mass == pytest.approx(0.1)


def test_folders_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such folder"):
        FolderLibrary(tmp_path / "none", "lab")
    with pytest.raises(SpecError, match="no asset files; looked for GLB, GLTF, OBJ"):
        FolderLibrary(tmp_path, "lab")
    with pytest.raises(SpecError, match="cannot begin asset ids"):
        FolderLibrary(tmp_path, "2 my assets")
    lab.write(tmp_path / "mug.glb", "x")
    lab.box(1, 1, 1).export(tmp_path / "zzqq.stl")
    with pytest.raises(SpecError, match="none of its 2 assets can be used") as caught:
        FolderLibrary(tmp_path, "lab").ids()
    assert "lab-mug: mug.glb: " in str(caught.value)
    assert "lab-zzqq: zzqq.stl: " in str(caught.value)
    lab.write(tmp_path / "folder.yaml", "scale: big\n")
    with pytest.raises(SpecError, match=r"folder\.yaml: 1 problem\n  line 1: scale: 'big'"):
        FolderLibrary(tmp_path, "lab")


def test_what_topples_is_told_how_to_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def topples(_: Asset) -> Refusal:
        return Refusal(RefusalKind.ASSET_TOPPLES, numbers=(float(np.radians(24.0)),))

    monkeypatch.setattr(trial, "trial", topples)
    lab.box(0.031, 0.031, 0.031).export(tmp_path / "die.stl")
    reason = FolderLibrary(tmp_path, "lab").quarantined()["lab-die"]
    assert reason.endswith("24 degrees; if it lies on its side, set `up` in die.yaml")


def test_an_unknown_id_is_answered_with_the_nearest(mixed: FolderLibrary) -> None:
    with pytest.raises(SpecError, match=r"no asset 'lab-dee'.*lab-die"):
        mixed.get("lab-dee")


def test_a_second_opening_reads_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = FolderLibrary(folder, "lab")
    ids, mug = made.ids(), made.get("lab-mug_01")

    def refuse(*_: object) -> None:
        raise AssertionError("it was imported again")

    monkeypatch.setattr(reading, "_read", refuse)
    library._facts.cache_clear()  # pyright: ignore[reportPrivateUsage]
    library._asset.cache_clear()  # pyright: ignore[reportPrivateUsage]
    again = FolderLibrary(folder, "lab")
    assert again == made
    assert again.ids() == ids
    assert again.get("lab-mug_01") == mug


def test_only_what_changed_has_another_stamp(tmp_path: Path) -> None:
    for name in ("die_a", "die_b"):
        lab.box(0.05, 0.05, 0.05).export(tmp_path / f"{name}.stl")
    before = FolderLibrary(tmp_path, "lab")
    stamps = {name: before.stamp(name) for name in ("lab-die_a", "lab-die_b")}
    assert FolderLibrary(tmp_path, "lab").version == before.version
    lab.write(tmp_path / "die_a.yaml", "mass: 0.2\n")
    after = FolderLibrary(tmp_path, "lab")
    assert after.version != before.version
    assert after.stamp("lab-die_a") != stamps["lab-die_a"]
    assert after.stamp("lab-die_b") == stamps["lab-die_b"]
    assert after.get("lab-die_a").mass == pytest.approx(0.2)
    assert before.get("lab-die_b") == after.get("lab-die_b")


def test_the_parts_of_a_model_change_its_stamp(folder: Path, tmp_path: Path) -> None:
    lab.write(tmp_path / "drawer.xml", lab.DRAWER)
    lab.box(0.05, 0.09, 0.012).export(tmp_path / "knob.stl")
    before = FolderLibrary(tmp_path, "lab")
    assert [entry.asset_id for entry in before.found.entries] == ["lab-drawer"]
    lab.box(0.05, 0.09, 0.014).export(tmp_path / "knob.stl")
    assert FolderLibrary(tmp_path, "lab").stamp("lab-drawer") != before.stamp("lab-drawer")


def test_defaults_of_the_folder_give_way_to_a_file(tmp_path: Path) -> None:
    lab.write(tmp_path / "folder.yaml", "licence: MIT\nscale: 0.001\nmass: 0.4\n")
    lab.write(tmp_path / "a.yaml", "mass: 0.1\n")
    notes = read_notes(tmp_path / "a.yaml").over(read_notes(tmp_path / "folder.yaml"))
    assert (notes.licence, notes.scale, notes.mass) == ("MIT", 0.001, 0.1)
    lab.write(tmp_path / "empty.yaml", "")
    assert read_notes(tmp_path / "empty.yaml") == AssetNotes()
    lab.write(tmp_path / "axes.yaml", "up: z\nfront: -z\n")
    with pytest.raises(SpecError, match="front: -z lies along up: z"):
        read_notes(tmp_path / "axes.yaml")


def test_each_process_imports_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    ids = ("lab-cereal_box", "lab-drawer", "lab-dice_model")
    here = FolderLibrary(folder, "lab")
    code = (
        "import sys; from pathlib import Path\n"
        "from cousins.scenes.libraries.folder.library import FolderLibrary\n"
        "from cousins.scenes.libraries.folder.reading import asset_of\n"
        "lab = FolderLibrary(Path(sys.argv[1]), 'lab')\n"
        "for entry in lab.found.entries:\n"
        "    if entry.asset_id in sys.argv[2:]:\n"
        "        asset = asset_of(entry, lab.name, lab.path, lab.defaults)\n"
        "        print(asset.id, asset.content_hash())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder), *ids],
        capture_output=True, text=True, check=True,
        env={"COUSINS_CACHE": str(tmp_path), "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    there = dict(line.split() for line in run.stdout.splitlines())
    assert there == {asset_id: here.get(asset_id).content_hash() for asset_id in ids}


def test_a_spec_uses_an_asset_of_the_folder_and_a_robot_picks_it(folder: Path) -> None:
    path = folder.parent / "spec.yaml"
    lab.write(
        path,
        "name: own\n"
        "assets: {libraries: [procedural, {folder: ./mine, name: lab}]}\n"
        "scene:\n  objects:\n"
        "    - {name: mug, category: mug.n.04, asset: lab-mug_01}\n"
        "    - {name: plate, category: plate.n.04}\n",
    )
    spec = load_spec(path)
    joined = open_libraries(spec.assets)
    assert "lab-mug_01" in joined.ids()["mug.n.04"]
    task = make_task({"mug": "mug.n.04", "plate": "plate.n.04"}, "", "(ontop mug plate)")
    causes: list[str | None] = []
    for index in range(3):
        scene, assets = build_scene(spec, task, index, joined)
        assert scene.object("mug").asset == "lab-mug_01"
        episode, _ = solve(scene, assets, task, EpisodeSpec(), (0, index), f"e{index}")
        if episode.success:
            break
        causes.append(episode.cause)
    else:
        raise AssertionError(causes)


@pytest.mark.parametrize("text", ["scale: 1e308", "scale: 1e-300", "mass: 1e300", "density: .inf"])
def test_notes_refuse_sizes_and_masses_that_overflow(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SpecError, match=text.partition(":")[0]):
        read_notes(tmp_path / "a.yaml")
