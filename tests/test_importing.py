"""Importing: names, sizes, masses, pieces and affordances of things read from files."""

# pyright: reportAttributeAccessIssue=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image
from worlds import first

from cousins.scenes.core.asset_geometry import link_poses
from cousins.scenes.importing import decompose, meshes, patches
from cousins.scenes.importing.affordances import with_affordances
from cousins.scenes.importing.colours import MOST, materials_of
from cousins.scenes.importing.decompose import convex_pieces
from cousins.scenes.importing.hollows import flooded
from cousins.scenes.importing.meshes import Imported, MeshImport, asset_from_mesh
from cousins.scenes.importing.naming import category_of
from cousins.scenes.importing.patches import read_patches
from cousins.scenes.importing.scale import check_scale
from cousins.scenes.importing.solids import hull, integrals, is_watertight, welded
from cousins.scenes.importing.weight import DENSITY, Matter, likely_mass
from cousins.schemas import Asset, AssetError

NAMES: dict[str, str | None] = {
    "Akita_Black_Bowl": "bowl.n.01",
    "coffee mug": "mug.n.04",
    "water-bottle_03": "water_bottle.n.01",
    "Mug-Blue-v2": "mug.n.04",
    "WineGlass": "wineglass.n.01",
    "cerealBox": "box__of__cereal.n.01",
    "box of cereal": "box__of__cereal.n.01",
    "bowl of soup": "bowl.n.01",
    "cup": "cup.n.01",
    "soda can": "can__of__soda.n.01",
    "coke can": "can__of__soda.n.01",
    "trash can": "ashcan.n.01",
    "wooden_cabinet": "cabinet.n.01",
    "drawer": "cabinet.n.01",
    "cupboard": "cabinet.n.03",
    "fridge": "electric_refrigerator.n.01",
    "flat_stove": "stove.n.01",
    "moka_pot": "saucepot.n.01",
    "chefmate_8_frypan": "frying_pan.n.01",
    "wooden_two_layer_shelf": "shelf.n.01",
    "bookshelf": "bookcase.n.01",
    "bbq_sauce": "bottle__of__barbecue_sauce.n.01",
    "milk": "carton__of__milk.n.01",
    "popcorn": "bag__of__popcorn.n.01",
    "wine_bottle": "wine_bottle.n.01",
    "white_storage_box": "tupperware.n.01",
    "pitcher base": "pitcher.n.02",
    "large marker": "marker.n.03",
    "power drill": "drill.n.01",
    "knives": "knife.n.01",
    "shelves": "shelf.n.01",
    "books": "book.n.02",
    "table": "breakfast_table.n.01",
    "laptop": "laptop.n.01",
    "microwave": "microwave.n.02",
    "mug with a handle": "mug.n.04",
    "mug.n.04": "mug.n.04",
    "tomato_sauce": None,
    "device": None,
    "qwzzx_12": None,
    "mesh": None,
    "": None,
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("cache")


@pytest.mark.parametrize("name", NAMES)
def test_names_become_categories(name: str) -> None:
    assert category_of(name) == NAMES[name]


@pytest.mark.parametrize(
    ("factor", "unit", "scale"),
    [(1000.0, "millimetres", "0.001"), (100.0, "centimetres", "0.01"), (39.37, "inches", "0.0254")],
)
def test_a_wrong_unit_is_named_with_its_remedy(factor: float, unit: str, scale: str) -> None:
    with pytest.raises(AssetError) as caught:
        check_scale("mug.n.04", np.array([0.1, 0.12, 0.09]) * factor, "mug.yaml")
    assert f"in {unit}? set `scale: {scale}` in mug.yaml" in str(caught.value)
    assert "mug.n.04 (0.086 to 0.14 m)" in str(caught.value)


def test_sizes_of_the_kind_pass_and_far_smaller_ones_do_not() -> None:
    check_scale("mug.n.04", (0.1, 0.12, 0.09))
    with pytest.raises(AssetError, match="96 times less"):
        check_scale("mug.n.04", (0.001, 0.0012, 0.001))


def test_mass_follows_the_kind_and_the_size() -> None:
    typical = likely_mass("mug.n.04", np.array([0.12, 0.09, 0.1]), 1e-4)
    assert 0.15 < typical < 0.6
    assert likely_mass("mug.n.04", np.array([0.12, 0.09, 0.2]), 1e-4) == pytest.approx(2 * typical)
    assert likely_mass("entity.n.01", np.ones(3), 0.5) > 0
    assert likely_mass("tomato_sauce.n.01", np.ones(3), 0.5) == 0.5 * DENSITY


def test_a_box_has_the_inertia_of_a_box() -> None:
    box: Any = trimesh.creation.box((0.1, 0.2, 0.3))
    box.apply_translation((0.5, 0.0, 0.15))
    matter = Matter(*integrals(np.array(box.vertices), np.array(box.faces)))
    inertial = matter.inertial(3.0)
    assert inertial.com == pytest.approx((0.5, 0.0, 0.15))
    expected = [3 / 12 * (a * a + b * b) for a, b in ((0.2, 0.3), (0.1, 0.3), (0.1, 0.2))]
    assert inertial.inertia == pytest.approx((*expected, 0, 0, 0), abs=1e-9)


def test_loose_triangles_weld_to_a_closed_solid() -> None:
    box: Any = trimesh.creation.box((0.1, 0.2, 0.3))
    soup = np.array(box.triangles).reshape(-1, 3)
    vertices, faces = welded(soup, np.arange(36).reshape(-1, 3))
    assert len(vertices) == 8
    assert is_watertight(faces)
    assert not is_watertight(faces[1:])
    assert not is_watertight(np.vstack([faces[1:], faces[:1, ::-1]]))
    assert integrals(vertices, faces)[0] == pytest.approx(0.006)


def test_what_lies_in_a_plane_has_no_hull() -> None:
    with pytest.raises(AssetError, match="no volume"):
        hull(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]))
    tilted = np.array([[0.0, 0, 0], [1, 0, 1], [0, 1, 0], [1, 1, 1], [2, 1, 2]])
    with pytest.raises(AssetError, match="no volume"):
        hull(tilted)


def angle_iron() -> Any:
    """A watertight L of 10 cm sides and 2 cm thickness."""
    outline = [(0, 0), (0.1, 0), (0.1, 0.02), (0.02, 0.02), (0.02, 0.1), (0, 0.1)]
    flat = np.array(outline, dtype=float)
    count = len(flat)
    vertices = np.vstack([np.column_stack([flat, np.full(count, z)]) for z in (0.0, 0.05)])
    cap = [(0, 1, 2), (0, 2, 3), (0, 3, 5), (3, 4, 5)]
    faces = [(a, c, b) for a, b, c in cap] + [(a + count, b + count, c + count) for a, b, c in cap]
    for i in range(count):
        j = (i + 1) % count
        faces += [(i, j, j + count), (i, j + count, i + count)]
    return trimesh.Trimesh(vertices, faces, process=False)


def test_a_convex_solid_is_one_piece_and_an_angle_stays_open() -> None:
    box: Any = trimesh.creation.box((0.1, 0.2, 0.3))
    (piece,) = convex_pieces(box.vertices, box.faces)
    assert len(piece.vertex_array()) == 8
    angle = angle_iron()
    assert is_watertight(np.array(angle.faces))
    pieces = convex_pieces(angle.vertices, angle.faces)
    assert len(pieces) >= 2
    volume = sum(integrals(p.vertex_array(), p.face_array())[0] for p in pieces)
    assert volume == pytest.approx(angle.volume, rel=0.1)
    for part in pieces:
        shell: Any = trimesh.Trimesh(part.vertex_array(), part.face_array())
        assert not shell.contains([(0.06, 0.06, 0.025)]).any()


def test_boards_that_overlap_are_a_piece_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")  # nothing is left to cut
    sizes = [(0.4, 0.35, 0.015)] * 2 + [(0.4, 0.015, 0.25)] * 2 + [(0.015, 0.35, 0.25)]
    places = [(0, 0, -0.125), (0, 0, 0.125), (0, 0.175, 0), (0, -0.175, 0), (-0.2, 0, 0)]
    boards: list[Any] = [trimesh.creation.box(size) for size in sizes]
    for board, place in zip(boards, places, strict=True):
        board.apply_translation(place)
    cabinet: Any = trimesh.util.concatenate(boards)
    pieces = convex_pieces(cabinet.vertices, cabinet.faces)
    spans = sorted(tuple(np.ptp(piece.vertex_array(), axis=0).round(4)) for piece in pieces)
    assert spans == sorted(sizes)
    inside: Any = trimesh.creation.box((0.1, 0.1, 0.01))
    inside.apply_translation((0, 0, -0.125))
    inside.invert()
    with pytest.raises(AssetError, match="decomposition failed"):  # walls of a hollow are cut
        convex_pieces(*_merged(cabinet, inside))


def _merged(*meshes: Any) -> tuple[Any, Any]:
    merged: Any = trimesh.util.concatenate(meshes)
    return merged.vertices, merged.faces


def test_pieces_are_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    angle = angle_iron()
    made = convex_pieces(angle.vertices, angle.faces)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert convex_pieces(angle.vertices, angle.faces) == made
    with pytest.raises(AssetError, match="decomposition failed"):
        convex_pieces(angle.vertices * 1.5, angle.faces)


def test_a_decomposition_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompose, "TIME_LIMIT", 0.01)
    with pytest.raises(AssetError, match=r"took over 0 s; repair or simplify"):
        convex_pieces(angle_iron().vertices, angle_iron().faces)


def how(category: str = "toy_dice.n.01", **changes: Any) -> MeshImport:
    return MeshImport("lab-x", category, "lab", "CC0-1.0", "x", **changes)


def imported(mesh: Any, path: Path, settings: MeshImport | None = None) -> Imported:
    mesh.export(path)
    return asset_from_mesh(path, settings or how())


def die(size: tuple[float, float, float] = (0.03, 0.04, 0.05)) -> Any:
    return trimesh.creation.box(size)


@pytest.mark.parametrize("suffix", ["glb", "obj", "stl", "ply"])
def test_every_format_gives_the_same_solid(suffix: str, tmp_path: Path) -> None:
    up_is_y = suffix == "glb"
    mesh = die((0.04, 0.05, 0.03) if up_is_y else (0.03, 0.04, 0.05))
    mesh.apply_translation((1.0, 2.0, 3.0))
    asset = imported(mesh, tmp_path / f"die.{suffix}").asset
    assert asset.extents == pytest.approx((0.03, 0.04, 0.05), abs=1e-6)
    cloud = np.concatenate(
        [asset.meshes[s.mesh or ""].vertex_array() for s in asset.links[0].visuals]
    )
    assert cloud.min(axis=0) == pytest.approx((-0.015, -0.02, 0.0), abs=1e-6)
    assert asset.links[0].inertial.com == pytest.approx((0, 0, 0.025), abs=1e-6)
    assert asset.graspable
    assert not asset.fixed


def test_axes_and_scale_follow_the_notes(tmp_path: Path) -> None:
    mesh = die((30, 40, 50))
    asset = imported(mesh, tmp_path / "a.stl", how(up="-x", front="y", scale=0.001)).asset
    assert asset.extents == pytest.approx((0.04, 0.05, 0.03), abs=1e-6)
    with pytest.raises(AssetError, match="along one axis"):
        asset_from_mesh(tmp_path / "a.stl", how(up="x", front="-x"))


def test_the_mass_is_what_the_notes_say(tmp_path: Path) -> None:
    path = tmp_path / "a.stl"
    assert imported(die(), path, how(mass=0.2)).asset.mass == pytest.approx(0.2)
    dense = asset_from_mesh(path, how(density=1000.0))
    assert dense.asset.mass == pytest.approx(0.06)
    assert dense.notes == ()
    assert "`mass` or `density`" in asset_from_mesh(path, how()).notes[0]
    assert not asset_from_mesh(path, how(mass=2.5)).asset.graspable
    assert asset_from_mesh(path, how(mass=2.5, graspable=True)).asset.graspable
    assert asset_from_mesh(path, how(mass=6.0)).asset.fixed


def test_a_mesh_with_a_hole_is_used_and_noted(tmp_path: Path) -> None:
    mesh: Any = trimesh.creation.icosphere(subdivisions=3, radius=0.03)
    mesh.update_faces(np.arange(len(mesh.faces)) > 3)
    read = imported(mesh, tmp_path / "ball.ply", how(density=1000.0))
    assert any("not watertight" in note for note in read.notes)
    assert read.asset.mass == pytest.approx(0.113, rel=0.05)


def test_faces_that_look_inward_are_turned(tmp_path: Path) -> None:
    mesh = die()
    mesh.invert()
    read = imported(mesh, tmp_path / "a.stl", how(density=1000.0))
    assert any("inward" in note for note in read.notes)
    assert read.asset.mass == pytest.approx(0.06)


def test_a_sheet_is_refused(tmp_path: Path) -> None:
    sheet = trimesh.Trimesh([(0, 0, 0), (0.04, 0, 0), (0, 0.04, 0)], [(0, 1, 2)])
    with pytest.raises(AssetError, match="no volume"):
        imported(sheet, tmp_path / "a.ply")


@pytest.mark.parametrize("suffix", ["glb", "gltf", "obj", "stl", "ply"])
def test_a_corrupt_file_is_one_message(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"\x00\x01 nothing of the kind")
    with pytest.raises(AssetError) as caught:
        read_patches(path)
    assert "\n" not in str(caught.value)


def test_too_many_faces_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "MOST_FACES", 10)
    with pytest.raises(AssetError, match="12 faces; at most 10 are read"):
        imported(die(), tmp_path / "a.stl")


def test_many_faces_are_reduced_for_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meshes, "MAX_VISUAL_FACES", 500)
    ball: Any = trimesh.creation.icosphere(subdivisions=4, radius=0.03)
    ball.visual.face_colors = np.where(
        ball.triangles_center[:, 2:] > 0, [[200, 10, 10, 255]], [[10, 10, 200, 255]]
    )
    read = imported(ball, tmp_path / "ball.ply", how(density=1000.0))
    shown = read.asset.links[0].visuals
    count = sum(len(read.asset.meshes[s.mesh or ""].face_array()) for s in shown)
    assert 300 < count <= 500
    assert any("5,120 faces" in note for note in read.notes)
    assert read.asset.mass == pytest.approx(0.113, rel=0.03)
    reds = {name: m.rgba[0] for name, m in read.asset.materials.items()}
    for shape in shown:
        heights = read.asset.meshes[shape.mesh or ""].vertex_array()[:, 2]
        assert (np.mean(heights) > 0.03) == (reds[shape.material or ""] > 0.5)


def test_a_texture_is_kept_with_what_else_its_material_says(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), dtype=np.uint8)
    pixels[:4], pixels[4:] = (250, 0, 0), (0, 0, 250)  # row 0 is at v = 1
    box = die()
    uv = np.column_stack([np.full(8, 0.5), np.where(box.vertices[:, 1] > 0, 0.99, 0.01)])
    material = trimesh.visual.material.PBRMaterial(
        baseColorTexture=Image.fromarray(pixels), roughnessFactor=0.3, metallicFactor=0.1
    )
    box.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    asset = imported(box, tmp_path / "a.glb", how()).asset
    (look,) = asset.materials.values()
    assert look.picture is not None
    kept = Image.open(io.BytesIO(asset.image_bytes(look.picture.image)))
    assert np.array_equal(np.asarray(kept), pixels)
    assert (look.rgba, look.roughness, look.metallic) == ((1.0, 1.0, 1.0, 1.0), 0.3, 0.1)
    (shape,) = asset.links[0].visuals
    mesh = asset.meshes[shape.mesh or ""]
    shown = mesh.uv_array()
    assert shown is not None
    assert np.ptp(shown[:, 1]) == pytest.approx(0.98, abs=1e-6)
    # Where each face shows one point alone, plain colours say it.
    box.visual = trimesh.visual.TextureVisuals(uv=np.tile([0.5, 0.99], (8, 1)), material=material)
    flat = imported(box, tmp_path / "b.glb", how()).asset
    assert flat.images == {}
    assert [one.rgba for one in flat.materials.values()] == [(0.98, 0.0, 0.0, 1.0)]


def test_a_rainbow_is_clustered() -> None:
    rng = np.random.default_rng(0)
    looks = np.column_stack([rng.random((5000, 3)), np.ones(5000), np.full((5000, 2), 0.5)])
    found, index = materials_of(looks)
    assert 2 <= len(found) <= MOST
    assert set(np.unique(index)) == set(range(len(found)))
    centres = np.array([material.rgba[:3] for material in found])
    assert np.linalg.norm(looks[:, :3] - centres[index], axis=1).mean() < 0.4
    again, same = materials_of(looks)
    assert again == found
    assert (same == index).all()


def test_water_stands_to_the_lowest_gap_of_the_rim() -> None:
    heights = np.full((7, 7), 1.0)
    heights[1:6, 1:6] = 3.0
    heights[2:5, 2:5] = 0.0
    assert flooded(heights)[3, 3] == 3.0
    heights[1, 3] = 2.0
    assert flooded(heights)[3, 3] == 2.0


KNOWN = (
    "mug.n.04", "bowl.n.01", "water_glass.n.02", "jar.n.01", "saucepot.n.01", "tray.n.01",
    "wicker_basket.n.01", "cabinet.n.01", "cabinet.n.03", "microwave.n.02", "toolbox.n.01",
    "breakfast_table.n.01", "shelf.n.01", "plate.n.04", "apple.n.01", "book.n.02",
    "box__of__cereal.n.01", "wine_bottle.n.01",
)  # fmt: skip


@pytest.mark.parametrize("category", KNOWN)
def test_affordances_of_procedural_assets_are_found_again(category: str) -> None:
    truth = first(category)
    bare = truth.model_copy(
        update={"surfaces": (), "cavities": (), "handles": (), "graspable": not truth.graspable}
    )
    found = with_affordances(bare)
    assert found.graspable == truth.graspable
    assert len(found.cavities) == len(truth.cavities)
    for cavity in truth.cavities:
        best = min(
            (c for c in found.cavities if c.link == cavity.link and c.opening == cavity.opening),
            key=lambda c: np.linalg.norm(np.subtract(c.centre, cavity.centre)),
        )
        assert best.centre == pytest.approx(cavity.centre, abs=0.012)
        assert best.half_size == pytest.approx(cavity.half_size, abs=0.015)
        assert best.joint == cavity.joint
    for surface in truth.surfaces:
        assert any(
            one.link == surface.link
            and np.abs(np.subtract(one.pos, surface.pos)).max() < 0.015
            and np.abs(np.subtract(one.half_size, surface.half_size)).max() < 0.025
            for one in found.surfaces
        ), surface
    for handle in (one for one in truth.handles if one.joint):
        (best_grip,) = (one for one in found.handles if one.joint == handle.joint)
        assert best_grip.pos == pytest.approx(handle.pos, abs=0.01)
        assert best_grip.width == pytest.approx(handle.width, abs=0.003)
        assert np.dot(best_grip.approach, handle.approach) > 0.99
        assert abs(np.dot(best_grip.closing, handle.closing)) > 0.99


def test_handles_lie_on_the_part_they_move() -> None:
    asset = with_affordances(first("microwave.n.02"))
    (handle,) = asset.handles
    where = link_poses(asset)[handle.link] @ np.array([*handle.pos, 1.0])
    low, high = np.array(asset.extents) * [-0.5, -0.5, 0], np.array(asset.extents) * [0.5, 0.5, 1]
    assert (where[:3] > low).all()
    assert (where[:3] < high).all()


def mug_of_revolution() -> Any:
    line = [(0, 0), (0.04, 0), (0.04, 0.1), (0.036, 0.1), (0.036, 0.005), (0, 0.005)]
    return trimesh.creation.revolve(line, sections=32)


def test_a_mug_keeps_its_hollow_and_each_process_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mug.stl"
    asset = imported(mug_of_revolution(), path, how("mug.n.04")).asset
    (cavity,) = asset.cavities
    assert cavity.round
    assert cavity.half_size[0] == pytest.approx(0.034, abs=0.004)
    assert 2 * cavity.half_size[2] == pytest.approx(0.095, abs=0.006)
    assert asset.graspable
    code = (
        "import sys; from pathlib import Path\n"
        "from cousins.scenes.importing.meshes import MeshImport, asset_from_mesh\n"
        "how = MeshImport('lab-x', 'mug.n.04', 'lab', 'CC0-1.0', 'x')\n"
        "print(asset_from_mesh(Path(sys.argv[1]), how).asset.content_hash())"
    )
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path / "other"))
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == asset.content_hash()
    assert Asset.from_json(asset.canonical_json()) == asset
