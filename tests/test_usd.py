"""The USD export, read back with OpenUSD; skipped where the extra `usd` is not installed."""

from __future__ import annotations

import os
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_mjcf import SCENES, microwave
from worlds import first

from cousins.generators.dataset import Dataset
from cousins.generators.exports._scenes import Staged, asset_folder, staged
from cousins.generators.exports.usd.asset import link_poses, principal, turn_to, write_asset
from cousins.generators.exports.usd.writing import write_scene
from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import Asset


def pxr(name: str) -> Any:
    pytest.importorskip("pxr.Usd", reason="the extra `usd` is not installed")
    return import_module(f"pxr.{name}")


def written(part: Staged, out: Path) -> Any:
    """The stage of a scene that was written with its assets."""
    usd = pxr("Usd")
    for asset in part.assets.values():
        folder = out / "assets" / asset_folder(asset)
        if not folder.exists():
            folder.mkdir(parents=True)
            write_asset(asset, folder / f"{folder.name}.usd")
    (out / part.scene.id).mkdir()
    write_scene(part, out / part.scene.id)
    return usd.Stage.Open(str(out / part.scene.id / "scene.usd"))


def matrix(frame: Any) -> Any:
    """(4, 4) with columns as axes; OpenUSD's have rows."""
    return np.array(frame).T


def check_joints(stage: Any, root: str, asset: Asset, *, closed: bool) -> None:
    """Kinds, axes, limits, and both frames in one place at rest."""
    geometry, physics = pxr("UsdGeom"), pxr("UsdPhysics")
    cache = geometry.XformCache()
    for link in asset.links[1:]:
        name = link.name if link.joint is None else link.joint.name
        joint = physics.Joint(stage.GetPrimAtPath(f"{root}/joints/{name}"))
        frames: list[Any] = []
        for number in (0, 1):
            (body,) = getattr(joint, f"GetBody{number}Rel")().GetTargets()
            world = matrix(cache.GetLocalToWorldTransform(stage.GetPrimAtPath(body)))
            pos = np.array(getattr(joint, f"GetLocalPos{number}Attr")().Get())
            turn = getattr(joint, f"GetLocalRot{number}Attr")().Get()
            local = rotation((turn.GetReal(), *turn.GetImaginary()))
            frames.append((world[:3, :3] @ pos + world[:3, 3], world[:3, :3] @ local))
        if closed:
            assert np.abs(frames[0][0] - frames[1][0]).max() < 1e-5
            assert np.abs(frames[0][1] - frames[1][1]).max() < 1e-5
        if link.joint is None:
            continue
        kind = physics.PrismaticJoint if link.joint.kind == "slide" else physics.RevoluteJoint
        moving = kind(joint.GetPrim())
        assert moving.GetAxisAttr().Get() == "X"
        unit = 1.0 if link.joint.kind == "slide" else np.pi / 180
        limits = (moving.GetLowerLimitAttr().Get(), moving.GetUpperLimitAttr().Get())
        assert tuple(x * unit for x in limits) == pytest.approx(link.joint.limits, abs=1e-6)
        body = matrix(cache.GetLocalToWorldTransform(stage.GetPrimAtPath(f"{root}/{link.name}")))[
            :3, :3
        ]
        assert np.abs(frames[1][1][:, 0] - body @ np.array(link.joint.axis)).max() < 1e-5


@pytest.mark.parametrize("category", ["microwave.n.02", "cabinet.n.01", "mug.n.04"])
def test_an_asset_has_its_joints_masses_and_pieces(tmp_path: Path, category: str) -> None:
    usd, geometry, physics = pxr("Usd"), pxr("UsdGeom"), pxr("UsdPhysics")
    asset = first(category)
    write_asset(asset, tmp_path / "thing.usd")
    stage = usd.Stage.Open(str(tmp_path / "thing.usd"))
    assert geometry.GetStageUpAxis(stage) == "Z"
    assert geometry.GetStageMetersPerUnit(stage) == 1.0
    assert physics.GetStageKilogramsPerUnit(stage) == 1.0
    root = stage.GetDefaultPrim()
    assert bool(root.HasAPI(physics.ArticulationRootAPI)) == bool(asset.joints)
    masses = [
        physics.MassAPI(prim).GetMassAttr().Get()
        for prim in stage.Traverse()
        if prim.HasAPI(physics.MassAPI)
    ]
    assert sum(masses) == pytest.approx(asset.mass, rel=1e-5)
    pieces = [prim for prim in stage.Traverse() if prim.HasAPI(physics.CollisionAPI)]
    assert len(pieces) == sum(len(link.collisions) for link in asset.links)
    for prim in pieces:
        assert geometry.Imageable(prim).GetPurposeAttr().Get() == "guide"
        if prim.IsA(geometry.Mesh):
            found = physics.MeshCollisionAPI(prim).GetApproximationAttr().Get()
            assert found == "convexHull"
    shaders = [p for p in stage.Traverse() if p.GetTypeName() == "Shader"]
    named = [pxr("UsdShade").Shader(p).GetIdAttr().Get() for p in shaders]
    assert named.count("UsdPreviewSurface") == len(asset.materials)
    check_joints(stage, str(root.GetPath()), asset, closed=True)


def test_a_scene_stands_where_ours_does(tmp_path: Path) -> None:
    """Every link, doors that are ajar among them, is where MuJoCo has it."""
    geometry = pxr("UsdGeom")
    part = microwave()
    stage = written(part, tmp_path)
    same_places(part, stage)
    cameras = [p.GetName() for p in stage.Traverse() if p.IsA(geometry.Camera)]
    assert cameras == [x.name for x in part.scene.cameras if x.mount is None]
    lights = [p for p in stage.Traverse() if p.IsA(pxr("UsdLux").DistantLight)]
    assert len(lights) == len(part.scene.lights)
    mug = stage.GetPrimAtPath("/World/objects/mug")
    labels = pxr("UsdSemantics").LabelsAPI(mug, "class").GetLabelsAttr().Get()
    assert list(labels) == ["mug.n.04"]


def same_places(part: Staged, stage: Any) -> None:
    cache = pxr("UsdGeom").XformCache()
    ours = compile_model(part.scene, part.assets, "physics")
    data = ours.new_data()
    for thing in part.scene.objects:
        for link, body in ours.objects[thing.name].bodies.items():
            prim = stage.GetPrimAtPath(f"/World/objects/{thing.name}/{link}")
            world = matrix(cache.GetLocalToWorldTransform(prim))
            assert np.abs(world[:3, 3] - data.xpos[body]).max() < 1e-6, (thing.name, link)
            assert np.abs(world[:3, :3] - data.xmat[body].reshape(3, 3)).max() < 1e-6


def test_it_passes_openusds_own_rules(tmp_path: Path) -> None:
    stage = written(microwave(), tmp_path)
    assert complaints(stage) == []


def complaints(stage: Any) -> list[str]:
    """What OpenUSD's validators say of a stage."""
    rules = pxr("UsdValidation")
    context = rules.ValidationContext(rules.ValidationRegistry().GetOrLoadAllValidators())
    return [error.GetErrorAsString() for error in context.Validate(stage)]


def test_bytes_repeat(tmp_path: Path) -> None:
    pxr("Usd")
    asset = first("microwave.n.02")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_asset(asset, tmp_path / name / "thing.usd")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.6, 0.0, 0.8)])
def test_a_joints_frame_has_its_axis_as_x(axis: tuple[float, float, float]) -> None:
    turn = turn_to(axis)
    assert np.abs(turn[:, 0] - axis).max() < 1e-12
    assert np.abs(turn @ turn.T - np.eye(3)).max() < 1e-12
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_principal_axes_give_back_the_inertia() -> None:
    given = (0.03, 0.02, 0.04, 0.001, -0.002, 0.003)
    turn, moments = principal(given)
    axes = rotation(turn)
    whole = axes @ np.diag(moments) @ axes.T
    assert whole[0, 1] == pytest.approx(given[3])
    assert np.diag(whole) == pytest.approx(given[:3])


def test_links_are_where_their_joints_put_them() -> None:
    """The same as MuJoCo's, also without OpenUSD."""
    part = microwave()
    ours = compile_model(part.scene, part.assets, "physics")
    data = ours.new_data()
    thing = part.scene.object("oven")
    assert any(thing.joints.values())
    root = ours.objects["oven"].body
    base = np.eye(4)
    base[:3, :3], base[:3, 3] = data.xmat[root].reshape(3, 3), data.xpos[root]
    for link, pose in link_poses(part.asset("oven"), dict(thing.joints)).items():
        here = base @ pose
        body = ours.objects["oven"].bodies[link]
        assert np.abs(here[:3, 3] - data.xpos[body]).max() < 1e-9


@pytest.mark.heavy
def test_fifty_scenes_open_and_stand_where_ours_do(tmp_path: Path) -> None:
    """Of a dataset of one's own: COUSINS_SCENES names its folder."""
    if SCENES not in os.environ:
        pytest.skip(f"{SCENES} names no dataset")
    for part in islice(staged(Dataset(Path(os.environ[SCENES]))), 50):
        stage = written(part, tmp_path)
        same_places(part, stage)
        assert complaints(stage) == []
        for thing in part.scene.objects:
            root = f"/World/objects/{thing.name}"
            check_joints(stage, root, part.asset(thing.name), closed=not any(thing.joints.values()))
