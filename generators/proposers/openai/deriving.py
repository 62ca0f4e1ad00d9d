"""Asks a model to derive tasks from seed tasks, and checks that it did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from ....scenes.core.seeds import generator
from ....schemas import DatasetSpec, Derivation, TaskSpec
from ....schemas.seeds import Variation
from ....tasks.bddl.formula import Literal
from ....tasks.bddl.problem import support_name
from ...proposing.catalogue import Catalogue
from ...proposing.coverage import Cell, CoverageTable
from ...proposing.draft import RefusedError, check, signature
from ...proposing.trial import BRIMFUL, RARE
from ..variants.seeds import Seed

WANTED: dict[Variation, str] = {
    "mutate": "Change one thing of it, and keep its purpose: an object, where something goes, "
    "where something is at the start, or its direction.",
    "lengthen": "Keep all that it asks for, and add what people would want done with it, so that "
    "it takes one or two skills more.",
    "compose": "Do both in one task that people would ask for at once.",
}
"""What is asked for, by the way of deriving."""
ALONE = "Join it with a second task that people would ask for at the same time."
"""What is asked for where there is no second seed to compose."""


@dataclass(frozen=True)
class Deriving:
    """The seed tasks of a spec, and which of them a request begins with.

    Attributes:
        spec: of the dataset.
        catalogue: what there is.
        seeds: from which tasks are derived; none where tasks are free.
    """

    spec: DatasetSpec
    catalogue: Catalogue
    seeds: tuple[Seed, ...]

    def signatures(self) -> set[str]:
        """Of the seeds, which no task may repeat."""
        return {signature(seed.task) for seed in self.seeds}

    def plan(self, numbers: Sequence[int], earlier: Sequence[TaskSpec]) -> dict[int, Derivation]:
        """From which seeds each task shall be derived, and how: what few tasks are so far.

        Args:
            numbers: of the tasks that are asked for together.
            earlier: tasks that exist.
        """
        if not self.seeds:
            return {}
        table = CoverageTable.of(earlier)
        ways: list[Cell] = list(product(self.spec.tasks.variations, range(len(self.seeds))))
        found: dict[int, Derivation] = {}
        for number in numbers:
            rng = generator((self.spec.seed,), "derive", number)
            by, first = table.next_cells(ways, rng)[0]
            table.cells[by, first] += 1
            others = [x for x in range(len(self.seeds)) if x != first]
            second = (others[int(rng.integers(len(others)))],) if by == "compose" and others else ()
            found[number] = Derivation(by=by, seeds=(first, *second))
        return found

    def categories(self, derivations: Sequence[Derivation]) -> frozenset[str]:
        """The categories of the seeds, which a request must offer."""
        seeds = (self.seeds[number] for x in derivations for number in x.seeds)
        return frozenset(kind.category for seed in seeds for kind in seed.kinds.values())

    def said(self, derivation: Derivation) -> str:
        """What the model is told of the seeds, and of what to make of them."""
        tasks = " and from ".join(_shown(self.seeds[number]) for number in derivation.seeds)
        alone = derivation.by == "compose" and len(derivation.seeds) == 1
        return f"Derive it from this task: {tasks}. {ALONE if alone else WANTED[derivation.by]}"

    def check(self, task: TaskSpec, derivation: Derivation) -> None:
        """Refuse a task that has nothing of its seeds, or is not longer where it should be.

        Raises:
            RefusedError: `underived`.
        """
        support = support_name(task)
        categories = {x.name: x.category for x in task.objects if x.name != support}
        for number in derivation.seeds:
            seed = self.seeds[number]
            wanted = {kind.category for kind in seed.kinds.values()}
            if wanted.isdisjoint(categories.values()):
                raise RefusedError(
                    "underived",
                    f"it has no object of the task {seed.task.instruction!r}, from which it shall "
                    f"be derived; keep one of {', '.join(sorted(wanted))}",
                )
        if derivation.by != "lengthen":
            return
        seed = self.seeds[derivation.seeds[0]]
        kinds = {name: self.catalogue.kind(x) for name, x in categories.items()}
        plan = check(task, self.catalogue, kinds, self.spec.tasks.max_steps, RARE, BRIMFUL)
        if len(plan.steps) <= seed.length:
            raise RefusedError(
                "underived",
                f"it takes {len(plan.steps)} skills, no more than the task "
                f"{seed.task.instruction!r} that it shall lengthen; add something to it",
            )


def _shown(seed: Seed) -> str:
    """A seed as JSON, in the form of an answer."""
    said = {
        "instruction": seed.task.instruction,
        "objects": {name: kind.category for name, kind in seed.kinds.items()},
        "init": [_told(fact) for fact in seed.init],
        "goal": [_told(fact) for fact in seed.goal],
    }
    return json.dumps(said, ensure_ascii=False)


def _told(fact: Literal) -> str:
    words = " ".join((fact.predicate, *fact.arguments))
    return f"not {words}" if fact.negated else words
