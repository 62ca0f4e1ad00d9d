"""One scene's worth of a suite: a task in the names of its scene, and a spec for the scene."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ....schemas import Asset, DatasetSpec, Scene, TaskObject, TaskSpec

TABLE = "breakfast_table.n.01"


@dataclass(frozen=True)
class Case:
    """A scene to be built and a task to be attempted in it."""

    spec: DatasetSpec
    task: TaskSpec
    unlike: Callable[[Scene, Mapping[str, Asset]], str | None] = lambda scene, assets: None
    """Says why a scene that was built is no case of its suite, or None."""


Suite = Callable[[int, np.random.Generator], Case]
"""The case of a number; everything that it chooses is drawn from the generator."""


def case(
    number: int,
    objects: Mapping[str, str],
    goal: str,
    init: str = "",
    clutter: int = 0,
    assets: Mapping[str, str] | None = None,
    ahead: Mapping[str, float] | None = None,
) -> Case:
    """A case from BDDL in scene names.

    Args:
        number: of the case; the seed of its scene.
        objects: each object's category by its name, the table left out.
        goal: a formula such as `(ontop cup tray)`.
        init: facts such as `(inside cup box) (not (open box))`; what they do not place stands
            on the table.
        clutter: objects that the task does not speak of.
        assets: one asset by the name of an object, where its category alone does not say which.
        ahead: how far in front of the robot an object lies, by its name, metres.
    """
    bound = {"table": TABLE, **objects}
    counts: Counter[str] = Counter()
    instances: dict[str, str] = {}
    for name, category in bound.items():
        counts[category] += 1
        instances[name] = f"{category}_{counts[category]}"
    placed = re.findall(r"\((?:ontop|inside) (\w+)", init)
    init += "".join(f" (ontop {name} table)" for name in objects if name not in placed)

    def instanced(text: str) -> str:
        return re.sub(
            r"(?<=[ (])(\w+)(?=[ )])", lambda m: instances.get(m.group(1), m.group(1)), text
        )

    typed = " ".join(f"{instances[name]} - {category}" for name, category in bound.items())
    task = TaskSpec(
        id="t0000",
        name="suite",
        instruction=f"Bring about {goal}.",
        bddl=(
            f"(define (problem suite-0) (:domain omnigibson) (:objects {typed}) "
            f"(:init {instanced(init)}) (:goal {instanced(goal)}))"
        ),
        objects=tuple(
            TaskObject(name=name, instance=instances[name], category=category)
            for name, category in bound.items()
        ),
        proposer="bench",
    )
    own: dict[str, dict[str, object]] = {}
    for name, asset in (assets or {}).items():
        own[name] = {"name": name, "category": bound[name], "asset": asset}
    for name, x in (ahead or {}).items():
        own.setdefault(name, {"name": name, "category": bound[name]})["pose"] = {"x": x}
    scene = {"clutter": {"count": clutter}, "objects": [*own.values()]}
    spec = DatasetSpec.model_validate({"name": "suite", "seed": number, "scene": scene})
    return Case(spec, task)


def one(rng: np.random.Generator, *options: str) -> str:
    """One of several."""
    return options[int(rng.integers(len(options)))]
