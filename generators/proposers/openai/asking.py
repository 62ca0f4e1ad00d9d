"""Asks a language model for tasks, several at once; every answer is checked.

Requests of one wave go out together. Their answers are checked in the order of the tasks, never
in that of their arrival, so that the same answers give the same tasks. While later ones are
waited for, earlier ones are checked already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, Derivation, ProposalError, SpecError, TaskSpec
from ....schemas.budget import AskingBudget
from ...proposing.ahead import tries_ahead
from ...proposing.catalogue import Catalogue
from ...proposing.completion import CutOffError, DeclinedError
from ...proposing.draft import RefusedError, signature, taken_by
from ...proposing.endpoint import Endpoint
from ...proposing.ledger import BudgetError, Ledger, Usage
from ...proposing.transcript import Transcript
from ...proposing.verdicts import accepted, spent
from ..variants.seeds import read_seeds
from .acceptance import Acceptance, AcceptedTask
from .conversation import Conversation
from .deriving import Deriving
from .offering import offer
from .prompt import request, rules
from .schema import answer_schema, answers_in

NAME = "openai"
"""In the tasks."""
Said = str | CutOffError | DeclinedError | BudgetError
"""An answer, or why there is none."""


def asked_tasks(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
    endpoint: Endpoint | None,
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop`; fewer where `tasks.allow_missing` allows it.

    Args:
        spec: what to make.
        start: first number.
        stop: one past the last.
        earlier: tasks that exist already.
        library: where the objects come from.
        endpoint: whom to ask; None is the one that the spec names.

    Raises:
        ProposalError: where the endpoint fails, or too many answers stay invalid.
    """
    catalogue = Catalogue(library, robot(spec.robot))
    gates = Acceptance(spec, library, catalogue, NAME)
    seeded = spec.tasks.seeds or spec.tasks.activities
    seeds = read_seeds(spec, catalogue, library) if seeded else ()
    deriving = Deriving(spec, catalogue, seeds)
    asking = _Asking(endpoint or _endpoint(spec), spec, catalogue, gates, deriving)
    tasks: list[TaskSpec] = []
    missing = start - len(earlier)
    size = spec.tasks.concurrency * spec.tasks.per_request
    with ThreadPoolExecutor(spec.tasks.concurrency) as threads:
        for first in range(start, stop, size):
            numbers = range(first, min(first + size, stop))
            found, failed = asking.wave(numbers, (*earlier, *tasks), threads)
            tasks += found
            missing += sum(len(talk.open) for talk in failed)
            if failed and missing > spec.tasks.allow_missing:
                raise asking.error(failed[0], missing)
    return tuple(tasks)


def _endpoint(spec: DatasetSpec) -> Endpoint:
    kept = spec.tasks.transcript
    transcript = None if kept is None else Transcript(Path(kept), spec.tasks.replay)
    total = Usage() if transcript is None else transcript.spent()
    ledger = Ledger(spec.tasks.budget or AskingBudget(), total)
    return Endpoint(spec.tasks.model, spec.tasks.base_url, transcript=transcript, ledger=ledger)


@dataclass(frozen=True)
class _Asking:
    """Whom to ask, for what, from what it is derived, and what the answers may speak of."""

    endpoint: Endpoint
    spec: DatasetSpec
    catalogue: Catalogue
    gates: Acceptance
    deriving: Deriving

    def wave(
        self, numbers: range, earlier: tuple[TaskSpec, ...], threads: ThreadPoolExecutor
    ) -> tuple[list[TaskSpec], list[Conversation]]:
        """The tasks of some numbers, in their order, and the conversations that lack some."""
        each = self.spec.tasks.per_request
        groups = [numbers[at : at + each] for at in range(0, len(numbers), each)]
        derived = self.deriving.plan(numbers, earlier)
        talks = [self._begin(group, earlier, derived) for group in groups]
        taken = taken_by(earlier) | self.deriving.signatures()
        found = dict[int, TaskSpec]()
        for _ in range(self.spec.tasks.attempts + 1):
            waiting = [talk for talk in talks if talk.open and talk.ended is None]
            answers = self._asked(waiting, threads)
            self._try_as_they_come(waiting, answers)
            for talk, answer in zip(waiting, answers, strict=True):
                self._hear(talk, _said(answer), found, taken)
            spent(self.endpoint.ledger.used, self.endpoint.ledger.total)
        return [found[index] for index in sorted(found)], [talk for talk in talks if talk.open]

    def error(self, talk: Conversation, missing: int) -> ProposalError:
        """Why there are too few tasks."""
        tasks, ledger = self.spec.tasks, self.endpoint.ledger
        who, number = f"{self.endpoint.url} ({self.endpoint.model})", talk.open[0]
        let = f"let {missing} tasks be missing with tasks.allow_missing"
        if talk.ended is not None:
            return ProposalError(
                f"{who}: task {number} was not asked for: {talk.ended} "
                f"({ledger.total.told(ledger.budget)}); raise tasks.budget, or {let}"
            )
        return ProposalError(
            f"{who}: task {number} was still invalid after {tasks.attempts} repairs: "
            f"{talk.problems[number]}; try a larger model, raise tasks.attempts, or {let}"
        )

    def _begin(
        self,
        numbers: range,
        earlier: tuple[TaskSpec, ...],
        derived: Mapping[int, Derivation],
    ) -> Conversation:
        """The first request for some tasks."""
        first = numbers[0]
        mine = {number: derived[number] for number in numbers if number in derived}
        needed = self.deriving.categories([*mine.values()])
        offered = offer(self.spec, self.catalogue, first, needed)
        said = [self.deriving.said(x) for x in mine.values()]
        several = self.spec.tasks.per_request > 1
        categories = tuple(kind.category for kind in offered)
        return Conversation(
            first,
            answer_schema(categories, len(numbers) if several else None),
            [
                {"role": "system", "content": rules(self.spec, offered)},
                {"role": "user", "content": request(numbers, earlier, self.spec, said)},
            ],
            list(numbers),
            derived=mine,
        )

    def _asked(
        self, talks: list[Conversation], threads: ThreadPoolExecutor
    ) -> list[BudgetError | Future[Said]]:
        """What the model will say to each, in their order; those it was asked before at once."""
        said: list[BudgetError | Future[Said]] = []
        for talk in talks:
            known = self.endpoint.is_known(
                self.endpoint.request(talk.messages, talk.schema, self._seed(talk))
            )
            try:
                if not known:
                    self.endpoint.ledger.reserve()
            except BudgetError as error:
                said.append(error)
                continue
            said.append(threads.submit(self._ask, talk, known))
        return said

    def _try_as_they_come(
        self, talks: list[Conversation], answers: list[BudgetError | Future[Said]]
    ) -> None:
        """Try scenes of the answers that are there while the others are waited for."""
        asked = [(x, talk) for talk, x in zip(talks, answers, strict=True) if isinstance(x, Future)]
        waiting = {future for future, _ in asked} if tries_ahead() else set[Future[Said]]()
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            # What failed is told in the order of the tasks, when its turn comes.
            came = [(talk, x.result()) for x, talk in asked if x in done and not x.exception()]
            self.gates.ahead(self._parts(came))

    def _seed(self, talk: Conversation) -> int:
        return (self.spec.seed + talk.first) % 2**31

    def _ask(self, talk: Conversation, known: bool) -> Said:
        """The model's answer, or the error of one that is cut off or declined."""
        ask = self.endpoint.ask if known else self.endpoint.ask_reserved
        try:
            return ask(talk.messages, talk.schema, self._seed(talk))
        except (CutOffError, DeclinedError) as error:
            return error

    def _parts(self, came: list[tuple[Conversation, Said]]) -> Iterator[tuple[int, str]]:
        """What was said for each number, as far as anything was."""
        several = self.spec.tasks.per_request > 1
        for talk, answer in came:
            if isinstance(answer, str):
                yield from zip(talk.open, answers_in(answer) if several else [answer], strict=False)

    def _hear(
        self, talk: Conversation, answer: Said, found: dict[int, TaskSpec], taken: set[str]
    ) -> None:
        """Take the tasks of an answer that pass; the conversation goes on with the others."""
        if isinstance(answer, BudgetError):
            talk.end(answer)
            return
        content = answer if isinstance(answer, str) else ""
        several = self.spec.tasks.per_request > 1
        parts = answers_in(content) if several else [content]
        for place, number in enumerate(list(talk.open)):
            try:
                if not isinstance(answer, str):
                    raise answer
                if place >= len(parts):
                    raise RefusedError("bad_json", "the answer has no such task")
                got = self._accepted(parts[place], number, taken, talk.derived.get(number))
            except (RefusedError, SpecError, CutOffError, DeclinedError) as error:
                talk.refuse(number, error)
                continue
            accepted(number, talk.attempt, got.task, got.dropped)
            found[number] = got.task
            taken.add(signature(got.task))
            talk.open.remove(number)
        if talk.open:
            talk.repair(content)

    def _accepted(
        self, content: str, number: int, taken: set[str], derived: Derivation | None
    ) -> AcceptedTask:
        """The task of an answer that passes every check, and is derived as was asked for."""
        if derived is None:
            return self.gates.accepted(content, number, taken)
        suits = partial(self.deriving.check, derivation=derived)
        got = self.gates.accepted(content, number, taken, suits)
        return replace(got, task=got.task.model_copy(update={"derived": derived}))


def _said(answer: BudgetError | Future[Said]) -> Said:
    """An answer once it is there."""
    return answer.result() if isinstance(answer, Future) else answer
