"""From a scene file of another program to a spec that makes cousins of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..scenes.assets.library import AssetLibrary
from ..scenes.cousins.catalogue import resolve
from ..scenes.scene_files.omnigibson import INDEX, scene_of
from ..scenes.scene_files.reference import Reference, reference_of
from ..schemas import Asset, AssetsSpec, ObjectSpec, SceneSpec, SpecError
from ..schemas.spec_file import parse_spec
from .og_demos import recording_of
from .strangers import HDF5

RELATIONS = ("on", "inside", "next_to", "in_front_of", "facing", "aligned")


@dataclass(frozen=True)
class Referred:
    """What came of a scene file.

    Attributes:
        spec: of the scene.
        reference: the file as a scene.
        skipped: what was left out, by name, with the reason.
    """

    spec: SceneSpec
    reference: Reference
    skipped: dict[str, str]

    def facts(self) -> dict[str, Any]:
        """For machines."""
        objects = [
            {
                "name": thing.name,
                "category": thing.category,
                **{key: value for key in RELATIONS if (value := getattr(thing, key))},
            }
            for thing in self.spec.objects
        ]
        return {"support": self.spec.support, "objects": objects, "skipped": self.skipped}


def refer(path: Path, library: AssetLibrary, support: str | None = None) -> Referred:
    """Read a scene file, and keep what the library has something for.

    Args:
        path: OmniGibson's scene JSON or HDF5 demonstrations, ACDC's scene_i_info.json, or MJCF.
        library: that cousins come from.
        support: object that carries the others; None takes the one that carries most.

    Raises:
        SpecError: the file is of no known kind, or the library has nothing for any of its objects.
        JobError: an HDF5 file cannot be read.
    """

    def find(asset_id: str, digest: str) -> Asset | None:
        try:
            asset = library.get(asset_id)
        except SpecError:
            return None
        return asset if asset.content_hash() == digest else None

    found = None
    if path.suffix.lower() in HDF5:
        told = recording_of(path).scene
        found = scene_of(told, path, path.parent / INDEX)
    reference = reference_of(path, find, support, found)
    skipped = dict(reference.skipped)
    kept: list[ObjectSpec] = []
    offered = library.ids()
    for thing in reference.spec().objects:
        try:
            resolve(thing.category, offered)
        except SpecError as error:
            skipped[thing.name] = str(error)
            continue
        gone = [key for key in RELATIONS if getattr(thing, key) in skipped]
        kept.append(thing.model_copy(update=dict.fromkeys(gone)) if gone else thing)
    if not kept:
        raise SpecError(f"{path}: the library has nothing for any object of it: {skipped}")
    scene = reference.spec()
    spec = SceneSpec.model_validate(
        {"support": scene.support, "adjust": scene.adjust, "objects": tuple(kept)}
    )
    return Referred(spec, reference, skipped)


def referred_text(referred: Referred, path: Path, name: str, assets: AssetsSpec) -> str:
    """A DatasetSpec in YAML whose scene is the reference, checked to load again.

    Args:
        referred: from `refer`.
        path: of the scene file.
        name: of the dataset.
        assets: the libraries that cousins come from.
    """
    told: dict[str, Any] = {"name": name}
    if assets != AssetsSpec():
        told["assets"] = assets.model_dump(mode="json", exclude_defaults=True)
    objects = [_plain(thing) for thing in referred.spec.objects]
    told["scene"] = {
        "support": referred.spec.support,
        "adjust": referred.spec.adjust,
        "objects": objects,
    }
    lines = [f"# From {path.name}; each object keeps what cousins keep.\n"]
    lines.append(yaml.safe_dump(told, sort_keys=False, width=100))
    lines += [f"# Left out: {json.dumps(f'{x}: {y}')}\n" for x, y in referred.skipped.items()]
    text = "".join(lines)
    parse_spec(text, "the reference")
    return text


def _plain(thing: ObjectSpec) -> dict[str, Any]:
    """What an object states, constants as plain numbers."""
    told: dict[str, Any] = thing.model_dump(mode="json", exclude_defaults=True)
    for section in ("pose", "joint"):
        for key, value in told.get(section, {}).items():
            told[section][key] = value["value"]
    return told
