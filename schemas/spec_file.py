"""Loads a DatasetSpec from YAML: every problem at once, each with its line, path and remedy."""

from __future__ import annotations

# YAML and annotations are untyped until pydantic has read them.
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .answers import PLACE as ANSWERS
from .answers import with_answers
from .base import key_of
from .compose import composed
from .dataset import DatasetSpec
from .errors import SpecError
from .given import GivenFile, GivenTask
from .given_file import GIVEN, REVIEW, list_source, with_list
from .locations import MISPLACED, Loc, dotted
from .plain import is_list, is_mapping
from .plugins import offer
from .review import Decision, ReviewFile
from .seeds import SEEDS, with_seeds
from .yaml_source import YamlDocument, grouped_problems, is_yaml, parse_yaml, read_yaml

M = TypeVar("M", bound=BaseModel)
DESCRIBED = 500
"""Errors of one model that are described."""
_EXPECTED = {
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "finite_number": "a finite number",
    "float_parsing": "number",
    "float_type": "number",
    "greater_than": "greater than {gt}",
    "greater_than_equal": "greater than or equal to {ge}",
    "int_from_float": "integer",
    "int_parsing": "integer",
    "int_type": "integer",
    "less_than": "less than {lt}",
    "less_than_equal": "less than or equal to {le}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What would be right, by pydantic's type of an error and with its context."""
_FORMS = {
    "n\\.\\d\\d$": "a BDDL category such as 'mug.n.04'",
    "a-zA-Z0-9_\\-]*$": "a name: a letter, then letters, digits, '_' or '-'",
}


def load_spec(path: Path | str, options: Sequence[str] = ()) -> DatasetSpec:
    """Load the YAML file that describes a dataset, over the one that it extends, if it does.

    Args:
        path: of the file.
        options: values that replace what it says, `scene.clutter.count=3`, in their order.

    Raises:
        SpecError: listing every problem with its line, path, value, and what is allowed.
    """
    path = Path(path)
    source = composed(read_yaml(path), path.parent, options)
    return _located(_validate(_filled(source)), source)


def parse_spec(text: str, name: str = "the spec") -> DatasetSpec:
    """As `load_spec`, from text.

    Raises:
        SpecError: as `load_spec`.
    """
    return _validate(_filled(composed(parse_yaml(text, name), Path())))


def _located(spec: DatasetSpec, source: YamlDocument) -> DatasetSpec:
    """The spec with the paths of libraries and of a robot taken from their file's own folder."""

    def at(path: str, *loc: str | int) -> str:
        return str((source.folder(loc) / path).resolve())

    libraries = tuple(
        library
        if library.path is None
        else library.model_copy(
            update={"path": at(library.path, "assets", "libraries", number, "path")}
        )
        for number, library in enumerate(spec.assets.libraries)
    )
    update: dict[str, object] = {"assets": spec.assets.model_copy(update={"libraries": libraries})}
    if is_path(spec.robot):
        update["robot"] = at(spec.robot, "robot")
    begins = spec.episodes.from_
    if begins is not None:
        where = at(begins.evaluation, "episodes", "from", "evaluation")
        begun = {"from_": begins.model_copy(update={"evaluation": where})}
        update["episodes"] = spec.episodes.model_copy(update=begun)
    return spec.model_copy(update=update)


def load_decisions(path: Path) -> tuple[Decision, ...]:
    """The decisions about tasks in a YAML file.

    Raises:
        SpecError: listing every problem with its line, path, value, and what is allowed.
    """
    return _review(list_source(path))


def is_path(robot: str) -> bool:
    """Whether a robot is given by its file, not by its name."""
    return is_yaml(robot)


def _validate(source: YamlDocument) -> DatasetSpec:
    return validated(source, DatasetSpec, "a spec is a mapping such as `name: my-dataset`")


def _filled(source: YamlDocument) -> YamlDocument:
    """A spec with the contents of the files that it names in the place of their paths."""
    for key in (GIVEN, SEEDS):
        source = with_list(source, key, _given)
    listed = with_seeds(with_list(source, REVIEW, _review))
    return with_answers(listed, listed.folder(ANSWERS))


def _given(source: YamlDocument) -> tuple[GivenTask, ...]:
    form = "a file of tasks is a list, or has one under `tasks:`"
    return validated(source, GivenFile, form).tasks


def _review(source: YamlDocument) -> tuple[Decision, ...]:
    form = "a file of decisions is a list, or has one under `tasks:`"
    return validated(source, ReviewFile, form).tasks


def validated(source: YamlDocument, model: type[M], form: str) -> M:
    """The content of a YAML file, as a model.

    Args:
        source: the parsed file.
        model: what it must fit.
        form: says what the file is, for one that is no mapping.

    Raises:
        SpecError: listing every problem with its line, path, value, and what is allowed.
    """
    problems: list[tuple[Loc, str]] = []
    spec: M | None = None
    if not is_mapping(source.data):
        got = "it is empty" if source.data is None else f"it is a {type(source.data).__name__}"
        problems.append(((), f"{form}; {got}"))
    else:
        try:
            spec = model.model_validate(source.data)
        except ValidationError as error:
            problems += describe(error, source, model)
    if problems or source.problems or spec is None:
        raise SpecError(grouped_problems(source, problems))
    return spec


def describe(
    error: ValidationError, source: YamlDocument, model: type[BaseModel] = DatasetSpec
) -> list[tuple[Loc, str]]:
    """(location, message) of every error; members of a union that failed alike are merged."""
    merged: dict[Loc, list[_Reason]] = {}
    # To describe one takes a millisecond, and a list may be wrong in each of its items.
    for details in error.errors(include_url=False)[:DESCRIBED]:
        loc = _real(details["loc"], source.data, model)
        if details["type"] == "missing":
            loc = (*loc, details["loc"][-1])
        elif details["type"] == MISPLACED:
            loc = (*loc, *details.get("ctx", {})["place"])
        reasons = merged.setdefault(loc, [])
        reason = _reason(details, loc, model)
        if reason not in reasons:
            reasons.append(reason)
    return [(loc, _message(loc, reasons)) for loc, reasons in merged.items()]


@dataclass(frozen=True)
class _Reason:
    """Why one value is refused.

    Attributes:
        text: what is wrong, where nothing in particular was expected.
        value: as given; used with `expected`.
        expected: what would be right.
    """

    text: str = ""
    value: str = ""
    expected: str = ""


def _message(loc: Loc, reasons: list[_Reason]) -> str:
    expected = [reason.expected for reason in reasons if reason.expected]
    texts = [reason.text for reason in reasons if reason.text]
    if expected:
        value = next(reason.value for reason in reasons if reason.expected)
        texts.append(f"{value} is not valid; expected {' or '.join(expected)}")
    return f"{dotted(loc)}: {' or '.join(texts)}"


def _real(loc: tuple[str | int, ...], data: Any, model: type[BaseModel]) -> Loc:
    """`loc` without the tags that a union adds: only steps that exist in the data."""
    real: list[str | int] = []
    annotation: Any = model
    for step in loc:
        is_tag = _tagged(annotation, step) is not None
        annotation = _descend(annotation, step)
        if not is_tag and _has(data, step):
            real.append(step)
            data = data[step]
    return tuple(real)


def _has(data: Any, step: str | int) -> bool:
    if is_list(data):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _reason(details: ErrorDetails, loc: Loc, model: type[BaseModel]) -> _Reason:
    kind, context, value = details["type"], details.get("ctx", {}), details["input"]
    match kind:
        case "extra_forbidden":
            allowed = _keys_at(details["loc"][:-1], model)
            given = f"unknown key {loc[-1]!r} (its value is {_show(value)})"
            return _Reason(f"{given}; {offer(str(loc[-1]), allowed)}")
        case "missing" if isinstance(loc[-1], int):
            return _Reason("missing; the list is too short")
        case "missing":
            return _Reason(f"missing; the key {loc[-1]!r} is required here")
        case "literal_error":
            words = _choices_at(details["loc"], model)
            return _Reason(f"{_show(value)} is not allowed; {offer(str(value), words)}")
        case "plugin_name":
            words = list(context["allowed"])
            return _Reason(f"{_show(value)} is not allowed; {offer(str(value), words)}")
        case str() if kind == MISPLACED:
            return _Reason(str(context["text"]))
        case "model_type" | "dict_type":
            keys = _keys_at(details["loc"], model)
            what = f"a mapping with the keys {', '.join(keys)}" if keys else "a mapping"
            return _Reason(value=_show(value), expected=what)
        case _:
            return _Reason(value=_show(value), expected=_expected(kind, context, details["msg"]))


def _expected(kind: str, context: dict[str, Any], message: str) -> str:
    """The expected value, by the type of an error; unknown types speak for themselves."""
    match kind:
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern", ""))
            form = next((form for end, form in _FORMS.items() if pattern.endswith(end)), None)
            return form or f"text that matches {pattern}"
        case "too_long" | "too_short":
            least, most = context.get("min_length"), context.get("max_length")
            if least is not None and least == most:
                return f"{least} of them"
            return f"at most {most} of them" if least is None else f"at least {least} of them"
        case _ if kind in _EXPECTED:
            return _EXPECTED[kind].format(**context)
        case _:
            return message


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _keys_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The keys that the model at a location of an error allows."""
    annotation: Any = model
    for step in loc:
        annotation = _descend(annotation, step)
    models = [m for m in _members(annotation) if isinstance(m, type) and issubclass(m, BaseModel)]
    return [
        key_of(name, field)
        for model in models
        for name, field in model.model_fields.items()
        if name != "kind" or field.is_required()
    ]


def _choices_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The words that a choice at a location of an error allows."""
    annotation: Any = model
    for step in loc:
        annotation = _descend(annotation, step)
    choices = [part for part in _members(annotation) if get_origin(part) is Literal]
    return [str(word) for part in choices for word in get_args(part)]


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [member for part in get_args(annotation) for member in _members(part)]
    return [annotation]


def _tagged(annotation: Any, step: str | int) -> Any:
    """The member of a tagged union that a step selects, if it is such a step."""
    members = _members(annotation)
    for member in members if len(members) > 1 else []:
        if isinstance(member, type) and issubclass(member, BaseModel):
            kind = member.model_fields.get("kind")
            if kind is not None and kind.default == step:
                return member
    return None


def _descend(annotation: Any, step: str | int) -> Any:
    tagged = _tagged(annotation, step)
    if tagged is not None:
        return tagged
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            for name, field in member.model_fields.items():
                if step == key_of(name, field):
                    return typing.get_type_hints(member, include_extras=True)[name]
        elif get_origin(member) in (tuple, list) and isinstance(step, int):
            arguments = get_args(member)
            last = 0 if arguments[-1] is ... else len(arguments) - 1
            return arguments[min(step, last)]
        elif get_origin(member) is dict:
            return get_args(member)[1]
    return annotation
