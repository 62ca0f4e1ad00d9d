"""Derives tasks: the coverage table says from which seed and how, every check says whether."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, Derivation, ProposalError, TaskSpec
from ....schemas.seeds import VARIANTS, Variation
from ....tasks.bddl.formula import And, Atom, Formula, Literal, Not
from ....tasks.bddl.goals import SymbolicFacts
from ....tasks.symbolic.search import Plan
from ...proposing.cast import context
from ...proposing.catalogue import Catalogue
from ...proposing.coverage import Cell, CoverageTable
from ...proposing.draft import (
    MOST_MOVABLE,
    BoundObject,
    RefusedError,
    TaskProposal,
    check,
    check_size,
    signature,
    taken_by,
    task_of,
)
from ...proposing.faithful import check_faithful
from ...proposing.safety import whole_order
from .composing import joined
from .hand import Hand
from .moves import MOVES, MUTATIONS, leave_out
from .seeds import Seed, read_seeds
from .sketch import Sketch
from .wording import instruction_of

ATTEMPTS = 600
"""Drafts tried for one task."""
TRIES = 10
"""Drafts of one cell with so many changes, before one change more is made."""
DEEPEST = 3
"""Changes in a row, once fewer give nothing new."""
STRICT = 0.8
"""Share of the attempts that insist on what people use together."""
TITLE = 80
"""Characters of a name, which is taken from the instruction."""


def derived_tasks(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop`; none is a seed task, or an earlier one.

    Args:
        spec: with seed tasks.
        start: first number.
        stop: one past the last.
        earlier: tasks that exist already.
        library: where the objects come from.

    Raises:
        ProposalError: no further task can be derived; reasons counted.
        SpecError: a seed task cannot be read or done, with its place.
    """
    catalogue = Catalogue(library, robot(spec.robot))
    seeds = read_seeds(spec, catalogue, library)
    drawing = _Drawing(
        spec, catalogue, seeds, CoverageTable.of(earlier),
        taken_by((*(seed.task for seed in seeds), *earlier)),
    )  # fmt: skip
    return tuple(drawing.task(index) for index in range(start, stop))


@dataclass(frozen=True)
class _Derived:
    """A draft, and where it comes from."""

    sketch: Sketch
    derivation: Derivation


@dataclass(frozen=True)
class _Drawing:
    """What the tasks of one batch share.

    Attributes:
        spec: of the dataset.
        catalogue: what there is.
        seeds: from which tasks are derived.
        coverage: of the tasks that exist; grows.
        taken: signatures of the seeds and of the tasks that exist; grows.
    """

    spec: DatasetSpec
    catalogue: Catalogue
    seeds: tuple[Seed, ...]
    coverage: CoverageTable
    taken: set[str]

    def task(self, index: int) -> TaskSpec:
        """The first draft that passes every check.

        Raises:
            ProposalError: where none does.
        """
        rng = np.random.default_rng(np.random.SeedSequence(self.spec.seed, spawn_key=(0, index)))
        reasons = Counter[str]()
        for number, (cell, depth) in enumerate(islice(self._tried(rng), ATTEMPTS)):
            try:
                derived = self._draft(cell, depth, rng, sensible=number < STRICT * ATTEMPTS)
                task = self._checked(derived, index)
            except RefusedError as error:
                reasons[error.label] += 1
                continue
            self.taken.add(signature(task))
            self.coverage.add(task)
            return task
        counted = ", ".join(f"{reason} x{n}" for reason, n in reasons.most_common())
        raise ProposalError(
            f"task {index}: no new task in {ATTEMPTS} drafts from {len(self.seeds)} seed tasks "
            f"({counted}); ask for fewer tasks, raise max_steps, or add seed tasks"
        )

    def _tried(self, rng: np.random.Generator) -> Iterator[tuple[Cell, int]]:
        """Cells, the emptiest first, and how many changes to make; over and over."""
        cells: list[Cell] = list(
            product(self.spec.tasks.variations, (seed.number for seed in self.seeds))
        )
        while True:
            for cell in self.coverage.next_cells(cells, rng):
                for depth in range(1, DEEPEST + 1):
                    for _ in range(TRIES):
                        yield cell, depth

    def _draft(
        self, cell: Cell, depth: int, rng: np.random.Generator, *, sensible: bool
    ) -> _Derived:
        """A draft of a cell: changed so many times in its way, or joined with another seed."""
        by, number = cell
        sketch = Sketch.of(self.seeds[number], self.spec.scene.support)
        moves: list[str] = []
        used = [number]
        if by == "compose":
            other = int(rng.integers(len(self.seeds)))
            second = Sketch.of(self.seeds[other], self.spec.scene.support)
            for _ in range(depth if other == number else depth - 1):
                second = self._moved(second, "mutate", moves, rng, sensible=sensible)
            hand = self._hand(sketch, rng, sensible=sensible)
            sketch = joined(sketch, second, hand)
            used += [other] if other != number else []
        else:
            for _ in range(depth):
                sketch = self._moved(sketch, by, moves, rng, sensible=sensible)
        derivation = Derivation(by=by, seeds=tuple(used), moves=tuple(moves))
        return _Derived(sketch.pruned(), derivation)

    def _moved(
        self,
        sketch: Sketch,
        by: Variation,
        moves: list[str],
        rng: np.random.Generator,
        *,
        sensible: bool,
    ) -> Sketch:
        """The task after the rarest change that it admits.

        Args:
            sketch: before.
            by: the way.
            moves: the changes so far; grows.
            rng: every choice comes from it.
            sensible: whether people use the objects of one task together.
        """
        choices = MOVES.get(by, MUTATIONS)
        if by == "mutate" and len(sketch.moved()) > MOST_MOVABLE:
            choices = {"leave_out": leave_out}
        refused: RefusedError | None = None
        for name in self.coverage.rare_moves(list(choices), rng):
            try:
                changed = choices[name](sketch, self._hand(sketch, rng, sensible=sensible))
            except RefusedError as error:
                refused = refused or error
                continue
            moves.append(name)
            return changed
        raise refused or RefusedError("no_part", "nothing of the task can be changed")

    def _hand(self, sketch: Sketch, rng: np.random.Generator, *, sensible: bool) -> Hand:
        return Hand.of(sketch, self.spec, self.catalogue, self.coverage, rng, sensible=sensible)

    def _checked(self, derived: _Derived, index: int) -> TaskSpec:
        """The task of a draft that passes every check."""
        sketch, spec = derived.sketch, self.spec
        kinds = dict(sketch.kinds)
        support = spec.scene.support
        check_size(kinds, context(spec.scene.objects, kinds, self.catalogue, support))
        if not sketch.goal:
            raise RefusedError("no_part", "nothing is left of the goal")
        goal = _conjunction(sketch.goal)
        text = instruction_of(sketch, whole_order(goal, kinds, sketch.order))
        check_faithful(text, goal, kinds)
        things = tuple(BoundObject(name, kind) for name, kind in kinds.items())
        draft = TaskProposal(
            things, sketch.init, goal, text.rstrip(".")[:TITLE], text, "", sketch.order
        )
        seed = (spec.seed, 0, index)
        task = task_of(draft, index, support, VARIANTS, seed)
        if signature(task) in self.taken:
            raise RefusedError("not_new", "an earlier task is the same")
        origins = [self.seeds[number] for number in derived.derivation.seeds]
        certainty = min(x.certainty for x in origins)
        plan = check(task, self.catalogue, kinds, spec.tasks.max_steps, certainty)
        _refuse_idle(sketch, plan)
        if derived.derivation.by != "mutate" and len(plan.steps) <= origins[0].length:
            raise RefusedError("not_longer", "it takes no more skills than its seed")
        return task.model_copy(
            update={
                "reason": _reason(derived.derivation, origins, plan),
                "layout": sketch.layout,
                "derived": derived.derivation,
            }
        )


def _conjunction(facts: tuple[Literal, ...]) -> Formula:
    atoms = [Atom(x.predicate, x.arguments) for x in facts]
    parts = tuple(Not(x) if y.negated else x for x, y in zip(atoms, facts, strict=True))
    return parts[0] if len(parts) == 1 else And(parts)


def _refuse_idle(sketch: Sketch, plan: Plan) -> None:
    """Refuse to ask for what holds at the start and stays so whatever is done.

    Raises:
        RefusedError: `idle`.
    """
    start = SymbolicFacts(frozenset(sketch.init))
    touched = {name for step in plan.steps for name in step.arguments}
    for fact in sketch.goal:
        holds = start.holds(fact.predicate, fact.arguments) != fact.negated
        if holds and fact.arguments[0] not in touched:
            raise RefusedError("idle", f"{fact} holds at the start, and nothing changes it")


def _reason(derivation: Derivation, origins: list[Seed], plan: Plan) -> str:
    """Why the task is there: its seeds, the changes, and what it exercises."""
    seeds = " and ".join(f"{x.number} ({x.task.instruction.rstrip('.')})" for x in origins)
    changes = f" by {', '.join(derivation.moves)}" if derivation.moves else ""
    skills = ", ".join(step.skill for step in plan.steps)
    return f"{derivation.by} seed task {seeds}{changes}: exercises {skills}"
