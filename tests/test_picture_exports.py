"""Pictures of assets leave with them: URDF, MJCF, USD and BOP, read again by other readers."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import painted
import pytest
import trimesh
from painted import CELLS, blocks, painted_box
from PIL import Image
from test_pictures import (
    FORMATS,
    checked_points,
    fast,
    imported,
    made,
    png,
    table_scene,
)
from test_usd import pxr

from cousins.generators.exports._scenes import Staged
from cousins.generators.exports.bop.models import object_model
from cousins.generators.exports.mjcf.writing import write_scene
from cousins.generators.exports.urdf.writing import write_asset
from cousins.generators.images.parameters import FAMILIES
from cousins.generators.images.parameters.family import Variant
from cousins.generators.images.raster.passes import MujocoRenderer
from cousins.scenes.model.pictures import image_pixels
from cousins.schemas import Asset, AssetError, Material, SpecError

__all__ = ["fast"]

pytestmark = pytest.mark.usefixtures("module_cache")


def wrapped(tmp_path: Path, alpha: bool = False) -> Asset:
    """The painted box with a picture that is clamped along u and mirrored along v."""
    pixels = blocks()
    if alpha:
        pixels = np.dstack([pixels, np.full((64, 96), 255, dtype=np.uint8)])
        pixels[:, :48, 3] = 0
    mode: dict[str, Any] = {"alphaMode": "MASK"} if alpha else {}
    path = painted.glb(painted_box(), tmp_path / "box.glb", png(pixels), **mode)
    return imported(painted.changed(path, {}, (33071, 33648)))[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_urdf_is_read_again_with_the_same_picture(
    kind: str, fast: MujocoRenderer, tmp_path: Path
) -> None:
    asset = made(tmp_path / "made", kind)
    lost = write_asset(asset, tmp_path / "out")
    assert not any(line.startswith("picture") for line in lost)
    (path,) = (tmp_path / "out").glob("*.urdf")
    again, notes = imported(path)
    assert notes == []
    assert again.images == asset.images
    got, wanted = checked_points(fast, again, blocks())
    assert np.abs(got / wanted - 1).max() < 0.03
    assert any(x.startswith("picture") for x in write_asset(wrapped(tmp_path), tmp_path / "two"))


def test_mjcf_opens_in_plain_mujoco_with_the_picture(tmp_path: Path) -> None:
    for alpha in (False, True):
        asset = wrapped(tmp_path, alpha)
        scene, assets = table_scene(asset)
        folder = tmp_path / str(alpha)
        folder.mkdir()
        lost = write_scene(Staged(scene, assets, None, (64, 64)), folder)
        assert any(line.startswith("wrap") for line in lost)
        assert any(line.startswith("alpha") for line in lost) == alpha
        model = mujoco.MjModel.from_xml_path(str(folder / "scene.xml"))
        (digest,) = asset.images
        names = [model.tex(k).name for k in range(model.ntex)]
        (number,) = [k for k, name in enumerate(names) if digest in name]
        height, width = model.tex_height[number], model.tex_width[number]
        channels = model.tex_nchannel[number]
        start = model.tex_adr[number]
        there = model.tex_data[start : start + height * width * channels]
        image = Image.open(io.BytesIO(asset.image_bytes(digest)))
        kept = np.asarray(image)[::-1].reshape(height, width, -1)
        assert np.array_equal(there.reshape(height, width, channels)[..., :3], kept[..., :3])
        (mesh,) = [k for k in range(model.nmesh) if "shown-0" in model.mesh(k).name]
        first, count = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
        places = model.mesh_texcoord[model.mesh_texcoordadr[mesh] :]
        uv = places[model.mesh_facetexcoord[first : first + count]]
        box = painted_box()
        assert np.abs(uv - box.uv[box.faces]).max() < 1e-5


def test_usd_names_the_picture_and_how_it_lies(tmp_path: Path) -> None:
    usd, geometry, shade = (pxr(name) for name in ("Usd", "UsdGeom", "UsdShade"))
    from cousins.generators.exports.usd.asset import write_asset as write_usd

    asset = wrapped(tmp_path, alpha=True)
    write_usd(asset, tmp_path / "thing.usd")
    stage = usd.Stage.Open(str(tmp_path / "thing.usd"))
    shaders = [shade.Shader(prim) for prim in stage.Traverse() if prim.IsA(shade.Shader)]
    (texture,) = [one for one in shaders if one.GetIdAttr().Get() == "UsdUVTexture"]
    told = {name: texture.GetInput(name).Get() for name in ("wrapS", "wrapT", "sourceColorSpace")}
    assert told == {"wrapS": "clamp", "wrapT": "mirror", "sourceColorSpace": "sRGB"}
    file = tmp_path / texture.GetInput("file").Get().path
    assert file.read_bytes() == asset.image_bytes(next(iter(asset.images)))
    surfaces = [shade.Shader(p) for p in stage.Traverse() if p.GetName() == "shader"]
    assert [s.GetInput("opacityThreshold").Get() for s in surfaces] == [0.5]
    (mesh,) = [
        prim for prim in stage.Traverse()
        if prim.IsA(geometry.Mesh) and geometry.PrimvarsAPI(prim).HasPrimvar("st")
    ]  # fmt: skip
    uv: Any = np.array(geometry.PrimvarsAPI(mesh).GetPrimvar("st").ComputeFlattened())
    box = painted_box()
    assert np.abs(uv.reshape(-1, 3, 2) - box.uv[box.faces]).max() < 1e-5


def test_bop_has_the_picture_beside_the_model(tmp_path: Path) -> None:
    asset = made(tmp_path, "glb")
    object_model("key", asset).write(tmp_path / "obj_000001.ply")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "obj_000001.png")), blocks())
    head = (tmp_path / "obj_000001.ply").read_bytes()[:600].decode("ascii", errors="replace")
    assert "comment TextureFile obj_000001.png" in head
    loaded: Any = trimesh.load(tmp_path / "obj_000001.ply", process=False)
    box = painted_box()
    want: set[tuple[float, ...]] = {
        (*np.round(1000 * p, 2), *np.round(uv, 4)) for p, uv in zip(box.points, box.uv, strict=True)
    }
    found = np.column_stack([loaded.vertices, loaded.visual.uv])
    assert {(*np.round(row[:3], 2), *np.round(row[3:], 4)) for row in found} == want
    # With a part that has no picture, colours of vertices tell what there is.
    (name, material), *_ = asset.materials.items()
    link = asset.links[0]
    bare = link.visuals[0].model_copy(update={"material": "bare"})
    both = asset.model_copy(
        update={
            "links": (link.model_copy(update={"visuals": (*link.visuals, bare)}),),
            "materials": {name: material, "bare": Material(rgba=(1, 0, 0, 1))},
        }
    )
    model = object_model("key", both)
    assert model.picture is None
    tones = {tuple(row) for row in model.colours.tolist()}
    assert (255, 0, 0) in tones
    assert len(tones) == 1 + CELLS[0] * CELLS[1], "the corners of the fields, which repeat"


def test_materials_of_pictures_can_be_varied(tmp_path: Path) -> None:
    asset = made(tmp_path, "glb")
    scene, assets = table_scene(asset)
    variant = Variant(scene, assets, scene, assets, load=assets.__getitem__)
    families = {family.pattern: family for family in FAMILIES}

    def after(path: str, value: str) -> Asset:
        changed = families[f"object.NAME.material.{path}"].apply(variant, ("brick",), value)
        return changed.asset("brick")

    plain = after("texture", "plain")
    assert plain.images == {}
    assert all(one.picture is None for one in plain.materials.values())
    mean = blocks().mean(axis=(0, 1)) / 255
    assert any(np.allclose(one.rgba[:3], mean, atol=1e-3) for one in plain.materials.values())
    wood = after("texture", "wood")
    assert wood.images == {}
    tinted = after("colour", "#ff0000")
    assert tinted.images == asset.images
    assert any(one.picture and one.rgba[:3] == (1, 0, 0) for one in tinted.materials.values())


def test_an_asset_whose_images_are_others_is_refused(tmp_path: Path) -> None:
    asset = made(tmp_path, "glb")
    (digest,) = asset.images
    other = asset.model_copy(update={"images": {digest: "AAAA"}})
    with pytest.raises(SpecError, match="does not have the hash in its name"):
        Asset.from_json(other.canonical_json())
    without = asset.model_copy(update={"images": {}})
    with pytest.raises(SpecError, match="no image"):
        Asset.from_json(without.canonical_json())
    assert Asset.from_json(asset.canonical_json()) == asset
    assert "images" not in without.model_dump()
    with pytest.raises(AssetError, match="an image cannot be read"):
        image_pixels(other, digest)
