"""Sweeps: the combinations of values that a spec asks for, and the scenes that they make.

What the paths are and what each does is in `parameters/`. Values are applied in the order in
which the spec writes their paths.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

import numpy as np

from ....schemas import Asset, CameraSpec, DatasetSpec, Parameter, Scene, SpecError, Sweep
from ....schemas.parameter import beyond, listed
from ....schemas.physics import path_of
from ....schemas.reserved import RESERVED_NAMES, SUPPORT_NAMES
from . import (
    FAMILIES,
    Family,
    Footing,
    Load,
    Numbers,
    PathWords,
    Value,
    Variant,
    family_of,
    refuse_unknown,
)
from .cameras import footing
from .objects import ALL_JOINTS, ASSET

COMBINATIONS = 10_000
"""Of the values of all sweeps, at most."""
PLACE = ("render", "vary")
OWN = frozenset(RESERVED_NAMES) - frozenset(SUPPORT_NAMES)
"""What a scene has that is no object."""


def check_vary(spec: DatasetSpec) -> None:
    """Refuse paths and values of `render.vary` that no scene of this spec can have.

    Raises:
        SpecError: the first of `vary_problems`.
    """
    for problem in vary_problems(spec):
        raise problem


def vary_problems(spec: DatasetSpec) -> Iterator[SpecError]:
    """Paths and values of `render.vary` that no scene of this spec can have, each with its place.

    Proposers bring objects of their own, so most names of objects are checked with the scene.
    """
    parts = PathWords(
        tuple(spec.scene.light),
        {camera.name: _footing(camera) for camera in spec.cameras},
        {thing.name: (*thing.joint, ALL_JOINTS) for thing in spec.scene.objects},
    )
    valid = parts.paths(FAMILIES)
    for path, parameter in spec.render.vary.items():
        try:
            _check_path(path, valid)
            family = family_of(path)
            if family is not None:
                _check_values(path, family, parameter)
        except SpecError as error:
            yield error
    sweeps = [len(p.sweep) for p in spec.render.vary.values() if isinstance(p, Sweep)]
    if math.prod(sweeps) > COMBINATIONS:
        yield SpecError(
            f"{' x '.join(map(str, sweeps))} values are {math.prod(sweeps)} views of "
            f"each scene and camera; {COMBINATIONS} are allowed",
            place=PLACE,
        )
    for camera in spec.cameras:
        both = [f"camera.{camera.name}.{field}" for field in ("fov", "focal_length")]
        if spec.render.vary.keys() >= set(both):
            yield SpecError(f"{' and '.join(both)} say the same; keep one", place=PLACE)


def _wrong(path: str, text: str) -> SpecError:
    """An error about a path, with its place."""
    return SpecError(text, place=(*PLACE, path))


def _check_path(path: str, valid: list[str]) -> None:
    family = family_of(path)
    if family is None and path_of(path) is not None:
        raise _wrong(path, "it is of physics; write it below `physics.vary`")
    names = family.names_in(path) if family is not None else None
    if family is None or not names or not path.startswith("object."):
        refuse_unknown(path, valid)
    elif names[0] in OWN:
        raise _wrong(path, f"no object is called {names[0]!r}; name one, as in object.mug.visible")


def swapped_assets(spec: DatasetSpec) -> Iterator[tuple[str, str]]:
    """Each path that swaps an asset in, with the id of one that it names."""
    for path, parameter in spec.render.vary.items():
        family = family_of(path)
        if family is not None and family.pattern == ASSET:
            yield from ((path, str(value)) for value in listed(parameter))


def combinations(spec: DatasetSpec, scene: Scene) -> tuple[dict[str, Value], ...]:
    """Every combination of the sweeps, the last path fastest; other Parameters drawn once.

    The draws depend on the scene's seed and the path alone.
    """
    columns: list[list[Value]] = []
    for path, parameter in spec.render.vary.items():
        if isinstance(parameter, Sweep):
            columns.append([_scalar(path, value) for value in parameter.sweep])
        else:
            entropy = (spec.seed, *scene.seed, int.from_bytes(path.encode()))
            rng = np.random.default_rng(np.random.SeedSequence(entropy))
            columns.append([_scalar(path, parameter.sample(rng))])
    paths = list(spec.render.vary)
    return tuple(dict(zip(paths, row, strict=True)) for row in itertools.product(*columns))


def check_paths(scene: Scene, assets: Mapping[str, Asset], spec: DatasetSpec) -> None:
    """Refuse paths that name nothing in a scene.

    Raises:
        SpecError: offering the nearest paths of this scene.
    """
    joints = {
        thing.name: tuple(joint.name for joint in assets[thing.asset_hash].joints)
        for thing in scene.objects
    }
    parts = PathWords(
        tuple(light.name for light in scene.lights),
        {camera.name: footing(camera) for camera in scene.cameras},
        {name: (*own, ALL_JOINTS) if own else () for name, own in joints.items()},
    )
    valid = parts.paths(FAMILIES)
    for path in spec.render.vary:
        refuse_unknown(path, valid)


def varied(
    scene: Scene, assets: Mapping[str, Asset], values: Mapping[str, Value], load: Load
) -> Variant:
    """The scene with these values, all else as it was, and its assets.

    Args:
        scene: where to start from.
        assets: by content hash.
        values: by path, each a path of this scene.
        load: builds an asset of the libraries by its id.

    Raises:
        SpecError: where no scene has such a part.
        VariantError: where this scene cannot take a value.
    """
    variant = Variant(scene, assets, scene, assets, load)
    for path, value in values.items():
        family = family_of(path)
        if family is None:
            refuse_unknown(path, [known.pattern for known in FAMILIES])
        else:
            variant = family.applied(variant, path, value)
    return variant


def _footing(camera: CameraSpec) -> Footing:
    if camera.path is not None:
        return "path"
    return "sphere" if camera.mount is None else "hand"


def _check_values(path: str, family: Family, parameter: Parameter) -> None:
    allowed, named = family.allowed, listed(parameter)
    if isinstance(allowed, Numbers):
        outside = beyond(parameter, allowed.low, allowed.high)
        if outside is not None:
            raise _wrong(path, f"{outside}; allowed are {allowed.text}")
    if not named and not isinstance(allowed, Numbers):
        raise _wrong(path, f"a range of numbers; allowed is {allowed.text}")
    for value in named:
        if not allowed.holds(value):
            raise _wrong(path, f"{value!r}; allowed are {allowed.text}")
    if isinstance(parameter, Sweep):
        twice = [value for place, value in enumerate(named) if value in named[:place]]
        if twice:
            raise _wrong(path, f"{twice[0]!r} is listed twice; keep one")


def _scalar(path: str, value: object) -> Value:
    if not isinstance(value, bool | int | float | str):
        raise SpecError(f"render.vary.{path}: {value!r} is no single value")
    return value
