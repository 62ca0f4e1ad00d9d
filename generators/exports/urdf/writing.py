"""Writes the assets of a dataset's scenes as URDF.

```
index.json              each asset with its folder, category, licence, and what URDF cannot say
<asset>/<asset>.urdf    links, joints, masses, visuals, convex collision pieces
<asset>/<mesh>.obj      and its materials in material.mtl, textures as PNG
```
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....schemas import Asset
from ...dataset import Dataset
from .._scenes import asset_folder, staged, write_json
from .files import write_looks
from .model import urdf_text


def write(dataset: Dataset, out: Path) -> None:
    """Write every asset that a scene of the dataset holds, once."""
    found: dict[str, Asset] = {}
    for part in staged(dataset):
        found |= part.assets
    write_assets(found, out)


def write_assets(assets: dict[str, Asset], out: Path) -> dict[str, Any]:
    """Write assets by content hash, and `index.json` about them; gives what that holds."""
    told: dict[str, Any] = {}
    for digest in sorted(assets, key=lambda key: (assets[key].id, key)):
        asset = assets[digest]
        name = asset_folder(asset)
        lost = write_asset(asset, out / name)
        told[name] = {
            "asset": asset.id,
            "asset_hash": digest,
            "category": asset.category,
            "extents": list(asset.extents),
            "joints": [joint.name for joint in asset.joints],
            "licence": asset.licence,
            "source": asset.source,
            "lost": list(lost),
        }
    write_json(out / "index.json", told)
    return told


def write_asset(asset: Asset, folder: Path) -> tuple[str, ...]:
    """Write one asset to a folder that is absent; gives what URDF cannot say of it."""
    folder.mkdir(parents=True)
    write_looks(asset, folder)
    name = asset_folder(asset)
    (folder / f"{name}.urdf").write_text(urdf_text(asset, name), encoding="utf-8")
    lost = ["friction: URDF has none of surfaces"]
    if asset.materials:
        lost.append("material: roughness and metal are in no URDF; textures only through MTL")
    pictures = [x.picture for x in asset.materials.values() if x.picture is not None]
    if any(x.wrap not in (("repeat", "repeat"), ("clamp", "clamp")) for x in pictures):
        lost.append("picture: MTL mirrors none, and clamps along both sides or none")
    return tuple(lost)
