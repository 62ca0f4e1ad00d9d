"""Named suites, and a suite's spec: the dataset's with some of it changed."""

from __future__ import annotations

import json
from typing import Any, cast

from ...schemas import DatasetSpec, EvalSpec, SpecError, SuiteSpec
from ...schemas.spec_file import validated
from ...schemas.yaml_source import parse_yaml
from ..corrections import without_failures


def _band(low: float, high: float) -> dict[str, Any]:
    return {"cousins": {"distance": [low, high], "otherwise": "nearest"}}


_LIGHT = {
    "intensity": {"uniform": [150, 1200]},
    "elevation": {"uniform": [20, 85]},
    "temperature": {"uniform": [2500, 9000]},
}
PRESETS: dict[str, SuiteSpec] = {
    "in_distribution": SuiteSpec(),
    "twin": SuiteSpec(change=_band(0.0, 0.0)),
    "near": SuiteSpec(change=_band(0.0, 0.25)),
    "far": SuiteSpec(change=_band(0.4, 0.7)),
    "dissimilar": SuiteSpec(change=_band(0.7, 1.0)),
    "lights": SuiteSpec(change={"scene": {"light": {"key": _LIGHT}}}),
    "clutter": SuiteSpec(change={"scene": {"clutter": {"count": 5}}}),
    "crowd": SuiteSpec(change={"scene": {"clutter": {"count": 4, "around": "task"}}}),
    "latency": SuiteSpec(latency=1),
}
"""Each changes one thing; `cameras` is made from those of the dataset."""
CAMERA = {
    "distance": {"uniform": [0.9, 1.6]},
    "azimuth": {"uniform": [-70, 70]},
    "elevation": {"uniform": [15, 70]},
}
"""Where a camera that is not on the hand stands in the suite `cameras`."""


def suite_of(name: str, suite: SuiteSpec) -> SuiteSpec:
    """The suite with the named one that it begins with filled in.

    Raises:
        SpecError: it begins with one that there is not.
    """
    like = suite.like
    if like is None and suite == SuiteSpec() and (name in PRESETS or name == "cameras"):
        like = name
    if like is None:
        return suite
    if like == "cameras":
        base = SuiteSpec(change={"cameras": [CAMERA]})
    elif like in PRESETS:
        base = PRESETS[like]
    else:
        raise SpecError(
            f"suites.{name}.like: no suite {like!r}; allowed: {', '.join((*PRESETS, 'cameras'))}"
        )
    return SuiteSpec(
        change=_merged(base.change, suite.change), latency=suite.latency or base.latency
    )


def spec_of(name: str, suite: SuiteSpec, spec: DatasetSpec) -> DatasetSpec:
    """The spec that scenes of a suite are made by.

    Args:
        name: of the suite.
        suite: as the evaluation's spec states it.
        spec: of the dataset.

    Raises:
        SpecError: the changed spec is not valid; places are those of the dataset's spec.
    """
    change = dict(suite_of(name, suite).change)
    raw = without_failures(spec).model_dump(mode="json")
    if change.get("cameras") == [CAMERA]:
        change["cameras"] = [
            camera if camera["mount"] else {**camera, **CAMERA} for camera in raw["cameras"]
        ]
    source = parse_yaml(json.dumps(_merged(raw, change)), f"suite {name}")
    return validated(source, DatasetSpec, "a dataset's spec")


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Mappings one over the other; lists and values are taken whole.

    A parameter such as `{uniform: [0, 1]}` is a value: what was written in another way goes.
    """
    result = dict(base)
    for key, value in change.items():
        old, new = _mapping(result.get(key)), _mapping(value)
        result[key] = value if old is None or new is None else _merged(old, new)
    return result


def _mapping(value: Any) -> dict[str, Any] | None:
    """The value where it is a mapping and no parameter, else None."""
    if not isinstance(value, dict):
        return None
    found = cast("dict[str, Any]", value)
    return None if _PARAMETER.issuperset(found) else found


_PARAMETER = frozenset(("kind", "value", "uniform", "normal", "choice", "sweep"))


def checked_suites(evaluation: EvalSpec, spec: DatasetSpec) -> dict[str, DatasetSpec]:
    """The spec of every suite, by name.

    Raises:
        SpecError: one is not valid.
    """
    return {name: spec_of(name, suite, spec) for name, suite in evaluation.suites.items()}
