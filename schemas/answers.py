"""Answers to the request for a task, from a file: a JSON object on each line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .errors import SpecError
from .locations import Loc, dotted, misplaced
from .plain import is_mapping
from .yaml_source import YamlDocument

PROPOSER = "answers"
"""The proposer that checks them."""
PLACE: Loc = ("tasks", "answers")
"""Where a spec has answers, or the path of a file of them."""
ENDING = ".jsonl"
LONGEST = 1_000_000
"""Characters of one answer."""
LARGEST = 256_000_000
"""Bytes of a file of them."""


def _listed(raw: Any) -> Any:
    """The answers, once a file of them has taken the place of its path.

    Raises:
        PydanticCustomError: a text in their place.
    """
    if isinstance(raw, str):
        raise misplaced(f"write a list of answers, or the path of a {ENDING} file of them")
    return raw


_Texts = tuple[Annotated[str, Field(min_length=1, max_length=LONGEST)], ...]
Answers = Annotated[_Texts, BeforeValidator(_listed, json_schema_input_type=str | _Texts)]


def with_answers(source: YamlDocument, folder: Path) -> YamlDocument:
    """The spec with the answers of a file in the place of its path, if it has one.

    Args:
        source: of the spec.
        folder: that the path starts from.

    Raises:
        SpecError: the file cannot be read; with the line that names it.
    """
    tasks = source.data.get("tasks") if is_mapping(source.data) else None
    named = tasks.get("answers") if is_mapping(tasks) else None
    if tasks is None or not isinstance(named, str) or not named.endswith(ENDING):
        return source
    try:
        lines = _lines(folder / named)
    except SpecError as error:
        line = source.line(PLACE)
        said = f"{source.origin(PLACE)}: line {line}: {dotted(PLACE)}: {error}"
        raise SpecError(said) from error
    return replace(source, data={**source.data, "tasks": {**tasks, "answers": lines}})


def _lines(path: Path) -> list[str]:
    """The lines of a file, without those that are empty."""
    try:
        if path.stat().st_size > LARGEST:
            raise SpecError(f"{path} is larger than {LARGEST // 1_000_000} MB; split it")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise SpecError(f"cannot read {path} ({error.strerror})") from error
    # JSON may hold the other ends of lines that `splitlines` knows, inside its strings.
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise SpecError(f"{path} has no answers; write a JSON object on each line")
    return lines
