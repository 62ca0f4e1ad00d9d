"""OpenUSD's modules, looked up where they are used: `usd-core` is an extra."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from ....schemas.base import Quat, Vec3


def pxr(name: str) -> Any:
    """One of OpenUSD's modules, such as `UsdGeom`."""
    return import_module("pxr." + name)


def new_stage(path: Path, root: str) -> Any:
    """A stage that is written as text: metres, kilograms, z up; `root` is its default prim."""
    layer = pxr("Sdf").Layer.CreateNew(str(path), {"format": "usda"})
    stage = pxr("Usd").Stage.Open(layer)
    pxr("UsdGeom").SetStageUpAxis(stage, "Z")
    pxr("UsdGeom").SetStageMetersPerUnit(stage, 1.0)
    pxr("UsdPhysics").SetStageKilogramsPerUnit(stage, 1.0)
    stage.SetDefaultPrim(pxr("UsdGeom").Xform.Define(stage, f"/{root}").GetPrim())
    return stage


def place(prim: Any, pos: Vec3, quat: Quat) -> None:
    """Set the pose of a prim in its parent's frame: metres, wxyz; double precision."""
    gf, geometry = pxr("Gf"), pxr("UsdGeom")
    form = geometry.Xformable(prim)
    form.ClearXformOpOrder()
    double = geometry.XformOp.PrecisionDouble
    form.AddTranslateOp(double).Set(gf.Vec3d(*pos))
    form.AddOrientOp(double).Set(gf.Quatd(*quat))


def quatf(quat: Quat) -> Any:
    """A quaternion of single precision; ours are wxyz, as OpenUSD's constructor is."""
    return pxr("Gf").Quatf(*quat)


def token(name: str) -> str:
    """A name as OpenUSD takes it."""
    made: str = pxr("Tf").MakeValidIdentifier(name)
    return made


def label(prim: Any, category: str) -> None:
    """Say what a prim is, for cameras that label pixels."""
    pxr("UsdSemantics").LabelsAPI.Apply(prim, "class").CreateLabelsAttr().Set([category])
