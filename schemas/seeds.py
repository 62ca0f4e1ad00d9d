"""Seed tasks: those from which others are derived, and how a task was derived from them."""

# JSON and YAML are untyped until pydantic has read them.
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from .base import Model
from .errors import SpecError
from .locations import Loc, dotted
from .plain import is_list, is_mapping
from .yaml_source import YamlDocument, is_yaml

VARIANTS = "variants"
"""The proposer that derives tasks without a model."""
SEEDED = (VARIANTS, "openai")
"""Proposers that derive tasks."""
Variation = Literal["mutate", "lengthen", "compose"]
VARIATIONS: tuple[Variation, ...] = ("mutate", "lengthen", "compose")
SEEDS: Loc = ("tasks", "seeds")
"""Where a spec has seed tasks, the path of a file of them, or the folder of a dataset."""
STORED = {"bddl": "goal", "instruction": "instruction", "name": "name"}
"""Keys of a stored task, and those of a seed task that they become."""
MADE = "data/tasks/*/tasks.json"
"""Files of tasks in a dataset, in the order of their names."""


class Derivation(Model):
    """From which seed tasks a task was derived, and how."""

    by: Variation
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=2)]
    """Their numbers: of `tasks.seeds`, then of `tasks.activities`."""
    moves: tuple[str, ...] = ()
    """What was changed, in stable words such as `replace`; empty where a model did it."""


def implied_by_seeds(raw: Any) -> Any:
    """Add the proposer that a list of seed tasks implies, where none is written."""
    if not isinstance(raw, dict):
        return raw
    written = cast("dict[str, Any]", raw)
    return {"proposer": VARIANTS, **written} if written.get("seeds") else written


def with_seeds(source: YamlDocument) -> YamlDocument:
    """The spec with the tasks of a dataset in the place of its folder, if it names one.

    Args:
        source: of the spec; a YAML file of tasks has taken the place of its path already.

    Raises:
        SpecError: the folder holds no tasks, or they cannot be read; with the line that names it.
    """
    tasks = source.data.get("tasks") if is_mapping(source.data) else None
    named = tasks.get(SEEDS[-1]) if is_mapping(tasks) else None
    if tasks is None or not isinstance(named, str) or is_yaml(named):
        return source
    if len(named.split()) > 1:
        # A text of several words is one seed task, as `inside lemon bowl` is.
        return source
    try:
        seeds = tuple(_tasks_of(source.folder(SEEDS) / named))
    except SpecError as error:
        line = source.line(SEEDS)
        raise SpecError(f"{source.origin(SEEDS)}: line {line}: {dotted(SEEDS)}: {error}") from error
    return replace(source, data={**source.data, "tasks": {**tasks, SEEDS[-1]: seeds}})


def _tasks_of(folder: Path) -> Iterator[dict[str, str]]:
    """The tasks of a dataset as seed tasks: whole BDDL problems in the words of their tasks."""
    paths = sorted(folder.glob(MADE))
    if not paths:
        raise SpecError(f"{folder} has no tasks ({MADE}); name the folder of a dataset that does")
    for path in paths:
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise SpecError(f"cannot read {path} ({type(error).__name__})") from error
        if not is_list(found):
            raise SpecError(f"{path} is no list of tasks")
        for number, task in enumerate(found):
            told = [task.get(key) for key in STORED] if is_mapping(task) else [None]
            if not all(isinstance(text, str) and text for text in told):
                raise SpecError(f"{path}: item {number} is no task with a goal")
            yield dict(zip(STORED.values(), map(str, told), strict=True))
