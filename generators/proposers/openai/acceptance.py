"""Which answers become tasks: all of the checks that an answer passes, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from ....scenes.assets.library import AssetLibrary
from ....schemas import DatasetSpec, DroppedParaphrase, SpecError, TaskSpec
from ....tasks.bddl.goals import ground_literals
from ....tasks.bddl.problem import object_specs
from ....tasks.symbolic.domain import Relation
from ...proposing.ahead import tries_ahead, try_ahead
from ...proposing.catalogue import RELATIONS, Catalogue
from ...proposing.draft import RefusedError, TaskProposal, signature, task_of
from ...proposing.faithful import check_faithful
from ...proposing.offered import OfferedCategory
from ...proposing.problems import Problems
from ...proposing.trial import check_worth, estimate
from .answers import draft_of
from .schema import read_answer


@dataclass(frozen=True)
class AcceptedTask:
    """A task that passed every check, and the paraphrases of the answer that it does not have."""

    task: TaskSpec
    dropped: tuple[DroppedParaphrase, ...] = ()


@dataclass(frozen=True)
class Acceptance:
    """The checks of answers.

    Attributes:
        spec: of the dataset.
        library: where the objects come from.
        catalogue: of that library.
        proposer: its name, in the tasks.
    """

    spec: DatasetSpec
    library: AssetLibrary
    catalogue: Catalogue
    proposer: str

    def task_of(self, content: str, index: int, taken: set[str]) -> TaskSpec:
        """The task of `accepted` alone; with its arguments and errors."""
        return self.accepted(content, index, taken).task

    def accepted(
        self,
        content: str,
        index: int,
        taken: set[str],
        suits: Callable[[TaskSpec], None] | None = None,
    ) -> AcceptedTask:
        """The task of an answer that passes every check.

        Args:
            content: the answer, as it was given.
            index: of the task.
            taken: signatures of the tasks that exist.
            suits: refuses tasks that are not what was asked for.

        Raises:
            RefusedError: where it does not; the message is meant for who gave the answer.
            SpecError: where its start cannot be arranged.
        """
        draft, task, kinds = self._sound(content, index, taken, suits)
        plan = check_worth(task, self.spec, kinds, self.catalogue, self.library)
        used = {name for step in plan.steps for name in step.arguments}
        needed = used.union(_named(draft))
        slim = tuple(thing for thing in draft.things if thing.name in needed)
        if slim != draft.things:
            task = self._task(replace(draft, things=slim), index)
        return AcceptedTask(task, draft.dropped)

    def ahead(self, answers: Iterable[tuple[int, str]]) -> None:
        """Try the scenes of all answers that come so far, where trials go on side by side.

        Args:
            answers: each with the number of its task; `accepted` hears them later.
        """
        if not tries_ahead():
            return
        tasks: list[TaskSpec] = []
        for index, content in answers:
            try:
                _, task, kinds = self._sound(content, index, set())
                estimate(task, self.spec, kinds, self.catalogue)
            except (RefusedError, SpecError):
                continue
            tasks.append(task)
        try_ahead(self.spec, tasks)

    def _sound(
        self,
        content: str,
        index: int,
        taken: set[str],
        suits: Callable[[TaskSpec], None] | None = None,
    ) -> tuple[TaskProposal, TaskSpec, dict[str, OfferedCategory]]:
        """The draft, task and kinds of an answer that passes all checks but that of its worth."""
        draft = draft_of(read_answer(content), self.spec, self.catalogue)
        task = self._task(draft, index)
        object_specs(task)
        if signature(task) in taken:
            raise RefusedError("not_new", "an earlier task has the same objects, start and goal")
        if suits is not None:
            suits(task)
        kinds = {thing.name: thing.kind for thing in draft.things}
        problems = Problems()
        problems.of(partial(check_faithful, draft.instruction, draft.goal, kinds))
        problems.of(partial(self._check_start, draft))
        problems.check()
        return draft, task, kinds

    def _task(self, draft: TaskProposal, index: int) -> TaskSpec:
        support, seed = self.spec.scene.support, (self.spec.seed, 0, index)
        return task_of(draft, index, support, self.proposer, seed)

    def _check_start(self, draft: TaskProposal) -> None:
        """Refuse a start in which something is where none of its kind fits."""
        kinds = {thing.name: thing.kind for thing in draft.things}
        for fact in draft.init:
            relation: Relation | None = next((x for x in RELATIONS if x == fact.predicate), None)
            pair = [kinds[name] for name in fact.arguments if name in kinds]
            if fact.negated or relation is None or len(pair) < 2 or pair[0].grain:
                continue
            if self.catalogue.share(pair[0], pair[1], relation) == 0:
                raise RefusedError(
                    "bad_init", f"init: {fact} cannot be: no {pair[0].words} fits there"
                )


def _named(draft: TaskProposal) -> Iterator[str]:
    """The objects of which the task's facts speak."""
    for literal in (*draft.init, *ground_literals(draft.goal)):
        yield from literal.arguments
    for precedence in draft.order:
        yield from (*precedence.first.arguments, *precedence.then.arguments)
