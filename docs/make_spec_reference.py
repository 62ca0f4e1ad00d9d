"""Writes the tables of docs/spec.md from the schemas.

    python docs/make_spec_reference.py

A field's meaning is the docstring below it in `schemas/`; `MEANINGS` says what that leaves out.
A field without either is an error.
"""

from __future__ import annotations

import ast
import inspect
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from between import refill
from pydantic.fields import FieldInfo

from cousins.generators.exports import EXPORTERS
from cousins.generators.images.parameters import FAMILIES, Numbers
from cousins.generators.labels import LABELS
from cousins.generators.proposers import PROPOSERS
from cousins.generators.renderers import RENDERERS
from cousins.scenes.assets.plugin import LIBRARIES
from cousins.schemas import DatasetSpec, Model, Parameter
from cousins.schemas.base import key_of
from cousins.schemas.parameter import Choice, Constant, Normal, Sweep, Uniform, Within
from cousins.schemas.physics import PATHS
from cousins.schemas.plugin_name import PluginName
from cousins.schemas.plugins import Group
from cousins.schemas.reserved import RESERVED_NAMES, RESERVED_PREFIXES

PAGE = Path(__file__).with_name("spec.md")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
PATTERNS = {"\\.n\\.": "category", "[a-zA-Z0-9_\\-]*$": "name"}

GROUPS: dict[str, Group[object]] = {
    "exporters": EXPORTERS,
    "labels": LABELS,
    "libraries": LIBRARIES,
    "proposers": PROPOSERS,
    "renderers": RENDERERS,
}
MEANINGS: dict[str, str] = {
    "name": "Of the dataset; names its folder, `out/NAME`, where `--out` is not given.",
    "seed": "Of everything random.",
    "robot": "The arm.",
    "scene.room.kind": "What the room is for.",
    "assets": "Where assets come from: see below.",
    "assets.libraries": "In order; where two offer a category, assets of both are drawn.",
    "assets.libraries[].kind": "Written alone, as `procedural`; for a folder `{folder: PATH}`.",
    "scene": "What every scene has: see below.",
    "cousins": "How far objects may be from their twin: see below.",
    "tasks": "Where tasks come from: see below.",
    "episodes": "How tasks are attempted: see below.",
    "physics": "What of the physics differs from scene to scene: see below.",
    "cameras": "Names must be unique: see below.",
    "render": "What is drawn and labelled: see below.",
    "export": "Formats to write at the end; any can be written later with `cousins export`.",
    "scene.support": "What everything stands on.",
    "scene.objects": "Objects that every scene has; tasks bring their own. See below.",
    "scene.clutter": "See below.",
    "scene.light": "Lamps by name: see below.",
    "scene.objects[].name": "Unique, and none that scenes use themselves: "
    f"not {', '.join(f'`{name}`' for name in RESERVED_NAMES)}, "
    f"and not beginning with {' or '.join(f'`{prefix}`' for prefix in RESERVED_PREFIXES)}.",
    "scene.objects[].category": "What it is: a BDDL category.",
    "scene.objects[].on": "The support, or an earlier object that carries it.",
    "scene.objects[].inside": "An earlier object that holds it.",
    "scene.objects[].next_to": "An earlier object that it stands beside.",
    "scene.objects[].pose": "See below.",
    "scene.clutter.count": "How many.",
    "tasks.proposer": "See [proposers.md](proposers.md).",
    "tasks.count": "How many tasks; may be raised later.",
    "episodes.per_task": "Scenes of each task, each of new cousins and, unless `per_scene` says "
    "otherwise, attempted once; may be raised later. "
    "With 0, a task still gets one scene and its still frames.",
    "episodes.keep_failures": "Keep failed attempts as labelled data. "
    "Exports of demonstrations leave them out.",
    "cameras[].name": "Names its pictures.",
    "cameras[].mount": "Fixes the camera to the hand; look_at, distance, azimuth and elevation "
    "are then not used.",
    "cameras[].distance": "Metres from what it looks at.",
    "render.backend": "`blenderproc` is installed with `cousins backends install blenderproc`; "
    "`mujoco_fine` draws as `mujoco` does, with soft shadows and darker creases, in about twice "
    "the time; labels are the same. "
    "`omnigibson` needs an RTX card and an environment of your own: "
    "[omnigibson.md](omnigibson.md).",
    "render.labels": "See [labels.md](labels.md).",
    "render.vary": "Keys are the paths listed at the end.",
    "render.shadows": "Whether lamps cast shadows.",
}
ALLOWED: dict[str, str] = {
    "scene.clutter.count": "0 to 40",
    "cameras[].fov": "5 to 150",
    "cameras[].distance": "0.05 to 20",
    "cameras[].elevation": "-89 to 90",
    "cousins.distance": "0 <= low <= high <= 1",
    "assets.libraries[].path": "exactly for a folder",
    "cameras[].look_at": "the support, `table`, an object of `scene.objects`",
    "tasks.activities": "exactly with `proposer: behavior`",
    "scene.objects[].on": "one of on, inside, next_to",
    "scene.objects[].inside": "one of on, inside, next_to",
    "scene.objects[].next_to": "one of on, inside, next_to",
}
"""What validators ask for beyond a field's own type."""


def reference() -> str:
    """All tables, as Markdown."""
    tables = [table(path, model) for path, model in models()]
    return "\n\n".join([*tables, physics_table(), vary_table()])


def models() -> list[tuple[str, type[Model]]]:
    """Every model of a spec with its path, the spec itself first with an empty path.

    One that is used again, as objects of a given task are, is there once.
    """
    found: dict[type[Model], str] = {}
    for path, model in _models("", DatasetSpec):
        found.setdefault(model, path)
    return [(path, model) for model, path in found.items()]


def _models(path: str, model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    yield path, model
    for name, field in model.model_fields.items():
        inner, suffix = _model_in(field.annotation)
        if inner is not None:
            yield from _models(f"{path}.{key_of(name, field)}{suffix}".lstrip("."), inner)


def keys() -> list[str]:
    """The path of every key of a spec."""
    return [
        f"{path}.{key_of(name, field)}".lstrip(".")
        for path, model in models()
        for name, field in model.model_fields.items()
    ]


def table(path: str, model: type[Model]) -> str:
    """One model as a heading and a table."""
    meanings = docstrings(model)
    rows = [f"### {f'`{path}`' if path else 'The spec'}", ""]
    rows += ["| key | type | default | allowed | meaning |", "|---|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = key_of(name, field)
        place = f"{path}.{key}".lstrip(".")
        meaning = " ".join(filter(None, (MEANINGS.get(place), meanings.get(name))))
        if not meaning:
            raise SystemExit(f"{place}: no docstring in {model.__name__}, and none in MEANINGS")
        limits = ", ".join(filter(None, (_limits(field), ALLOWED.get(place))))
        cells = (f"`{key}`", _type(field.annotation, field.metadata), _default(field), limits)
        rows.append(" | ".join(["", *cells, meaning.replace("\n", " "), ""]).strip())
    return "\n".join(rows)


def physics_table() -> str:
    """The paths of `physics.vary`."""
    rows = ["### Paths of `physics.vary`", "", "| path | allowed | meaning |", "|---|---|---|"]
    rows += [f"| `{x.pattern}` | {x.low:g} to {x.high:g} | {x.meaning} |" for x in PATHS]
    return "\n".join(rows)


def vary_table() -> str:
    """The paths of `render.vary`."""
    rows = ["### Paths of `render.vary`", ""]
    rows += ["| path | allowed | meaning | changes |", "|---|---|---|---|"]
    for family in FAMILIES:
        allowed = family.allowed
        text = allowed.text
        if isinstance(allowed, Numbers):
            text = f"{allowed.low:g} to {allowed.high:g}" + (", whole" if allowed.whole else "")
        rows.append(f"| `{family.pattern}` | {text} | {family.unit} | {family.changes} |")
    return "\n".join(rows)


def docstrings(model: type[Model]) -> dict[str, str]:
    """The string below each field in the source."""
    tree = ast.parse(inspect.getsource(model)).body[0]
    if not isinstance(tree, ast.ClassDef):
        raise TypeError(f"{model} is no class")
    found: dict[str, str] = {}
    for line, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            match after:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[line.target.id] = inspect.cleandoc(text)
                case _:
                    continue
    return found


def _model_in(annotation: Any) -> tuple[type[Model] | None, str]:
    """The model inside a field's type, and what its path gains by the way."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation, ""
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, Model):
            if _is_parameter(annotation) or part in (Constant, Uniform, Normal, Choice, Sweep):
                return None, ""
            suffixes: dict[Any, str] = {tuple: "[]", dict: ".NAME"}
            return part, suffixes.get(get_origin(annotation), "")
    return None, ""


def _is_parameter(annotation: Any) -> bool:
    """Whether a type is a Parameter, or one of the forms it has."""
    if annotation == Parameter or get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return get_args(annotation)[:1] == (Constant,)


def _type(annotation: Any, metadata: list[Any]) -> str:
    if annotation in (bool, int, float):
        return {bool: "true or false", int: "whole number", float: "number"}[annotation]
    if annotation is str and any(isinstance(item, PluginName) for item in metadata):
        return "one of"
    if annotation is str:
        patterns = [getattr(item, "pattern", None) or "" for item in metadata]
        return next((v for k, v in PATTERNS.items() if any(k in p for p in patterns)), "text")
    if _is_parameter(annotation):
        return "parameter"
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return "mapping"
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(parts[0], list(_flat(parts[1:])))
    if origin is Literal:
        return "one of"
    if origin in (Union, types.UnionType):
        return " or ".join(_type(part, metadata) for part in parts if part is not type(None))
    if origin is dict:
        return f"mapping to {_type(parts[1], [])}"
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return f"list of {_type(parts[0], [])}"
        return f"[{', '.join(_type(part, []) for part in parts)}]"
    raise SystemExit(f"no words for the type {annotation}")


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else [item]


def _limits(field: FieldInfo) -> str:
    texts = [_bounds(field.metadata)]
    for part in _parts(field.annotation):
        if get_origin(part) is Literal:
            texts.append(", ".join(f"`{value}`" for value in get_args(part)))
        elif get_origin(part) is Annotated:
            texts.append(_bounds(list(_flat(get_args(part)[1:]))))
    return ", ".join(dict.fromkeys(filter(None, texts)))


def _parts(annotation: Any) -> list[Any]:
    inner = [part for part in get_args(annotation) if get_origin(part) is not None]
    return [annotation, *inner]


def _bounds(metadata: list[Any]) -> str:
    low, high = "", ""
    for item in metadata:
        match item:
            case PluginName(group=group):
                return ", ".join(f"`{name}`" for name in GROUPS[group].names())
            case Within(low=least, high=most):
                low, high = f"{least} ", f"to {most}"
            case annotated_types.Ge(ge=value):
                low = f"{value} "
            case annotated_types.Gt(gt=value):
                low = f"above {value} "
            case annotated_types.Le(le=value):
                high = f"to {value}"
            case annotated_types.Lt(lt=value):
                high = f"to {'2^63 - 1' if value == 2**63 else f'below {value}'}"
            case _:
                continue
    if low and not high:
        return f"{low}or more".replace("above 0 or more", "above 0")
    return f"{low}{high}".strip()


def _title(item: Any) -> str:
    """What an item of a list is called where a person writes it."""
    return str(getattr(item, "name", None) or getattr(item, "kind", item))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)
    inner, _ = _model_in(field.annotation)
    if inner is not None:
        if not isinstance(value, tuple | dict):
            return "none" if value is None else "its defaults"
        items = typing.cast("Iterable[Any]", value)
        return ", ".join(f"`{_title(item)}`" for item in items) or "none"
    return _written(value)


def _written(value: Any) -> str:
    match value:
        case None | () | {}:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case Constant(value=plain):
            return f"`{plain}`"
        case Uniform(uniform=(low, high)):
            return f"`{{uniform: [{low}, {high}]}}`"
        case tuple():
            items = ", ".join(str(item) for item in typing.cast("tuple[Any, ...]", value))
            return f"`[{items}]`"
        case _:
            return f"`{value}`"


def main() -> None:
    """Rewrite the tables between the marks."""
    refill(PAGE, BEGIN, END, reference())


if __name__ == "__main__":
    main()
