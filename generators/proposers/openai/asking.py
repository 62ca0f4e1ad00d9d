"""Asks a language model for tasks, several at once; every answer is checked.

Requests of one wave go out together. Their answers are checked in the order of the tasks, never
in that of their arrival, so that the same answers give the same tasks.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, ProposalError, SpecError, TaskSpec
from ...proposing.catalogue import Catalogue
from ...proposing.completion import CutOffError, DeclinedError
from ...proposing.draft import RefusedError, signature, taken_by
from ...proposing.endpoint import Endpoint
from ...proposing.transcript import Transcript
from ...proposing.verdicts import accepted, refused
from .acceptance import Acceptance
from .offering import offer
from .prompt import request, rules
from .schema import answer_schema

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

NAME = "openai"
"""In the tasks."""


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
    asking = _Asking(endpoint or _endpoint(spec), spec, catalogue, gates)
    tasks: list[TaskSpec] = []
    missing = start - len(earlier)
    with ThreadPoolExecutor(spec.tasks.concurrency) as threads:
        for first in range(start, stop, spec.tasks.concurrency):
            numbers = range(first, min(first + spec.tasks.concurrency, stop))
            found, failed = asking.wave(numbers, (*earlier, *tasks), threads)
            tasks += found
            missing += len(failed)
            if failed and missing > spec.tasks.allow_missing:
                raise asking.error(failed[0], missing)
    return tuple(tasks)


def _endpoint(spec: DatasetSpec) -> Endpoint:
    kept = spec.tasks.transcript
    transcript = None if kept is None else Transcript(Path(kept), spec.tasks.replay)
    return Endpoint(spec.tasks.model, spec.tasks.base_url, transcript=transcript)


@dataclass
class _Slot:
    """A task that is being asked for: the conversation so far, and what was wrong last."""

    index: int
    schema: dict[str, Any]
    messages: list[ChatCompletionMessageParam]
    problem: str = ""
    attempt: int = 0

    def refuse(self, content: str, why: Exception) -> None:
        """Go on with what was wrong with an answer."""
        refused(self.index, self.attempt, why)
        self.attempt += 1
        self.problem = problem = str(why)
        self.messages.append({"role": "assistant", "content": content or "(no complete answer)"})
        self.messages.append(
            {"role": "user", "content": f"Invalid: {problem}. Answer again, complete and short."}
        )


@dataclass(frozen=True)
class _Asking:
    """Whom to ask, for what, and what the answers may speak of."""

    endpoint: Endpoint
    spec: DatasetSpec
    catalogue: Catalogue
    gates: Acceptance

    def wave(
        self, numbers: range, earlier: tuple[TaskSpec, ...], threads: ThreadPoolExecutor
    ) -> tuple[list[TaskSpec], list[_Slot]]:
        """The tasks of some numbers, in their order, and the slots that stayed empty."""
        waiting = [self._slot(index, earlier) for index in numbers]
        taken, found = taken_by(earlier), dict[int, TaskSpec]()
        for _ in range(self.spec.tasks.attempts + 1):
            answers = threads.map(self._ask, waiting)
            for slot, answer in zip(list(waiting), list(answers), strict=True):
                task = self._checked(slot, answer, taken)
                if task is not None:
                    found[slot.index] = task
                    taken.add(signature(task))
                    waiting.remove(slot)
        return [found[index] for index in sorted(found)], waiting

    def _slot(self, index: int, earlier: tuple[TaskSpec, ...]) -> _Slot:
        """The first request for a task."""
        offered = offer(self.spec, self.catalogue, index)
        return _Slot(
            index,
            answer_schema(tuple(kind.category for kind in offered)),
            [
                {"role": "system", "content": rules(self.spec, offered)},
                {"role": "user", "content": request(index, earlier, self.spec)},
            ],
        )

    def error(self, slot: _Slot, missing: int) -> ProposalError:
        """Why there are too few tasks."""
        tasks = self.spec.tasks
        return ProposalError(
            f"{self.endpoint.url} ({self.endpoint.model}): task {slot.index} was still invalid "
            f"after {tasks.attempts} repairs: {slot.problem}; try a larger model, raise "
            f"tasks.attempts, or let {missing} tasks be missing with tasks.allow_missing"
        )

    def _ask(self, slot: _Slot) -> str | CutOffError | DeclinedError:
        """The model's answer, or the error of one that is cut off or declined."""
        try:
            seed = (self.spec.seed + slot.index) % 2**31
            return self.endpoint.ask(slot.messages, slot.schema, seed=seed)
        except (CutOffError, DeclinedError) as error:
            return error

    def _checked(
        self, slot: _Slot, answer: str | CutOffError | DeclinedError, taken: set[str]
    ) -> TaskSpec | None:
        """The task of an answer; None where the slot goes on with what was wrong."""
        if not isinstance(answer, str):
            slot.refuse("", answer)
            return None
        try:
            task = self.gates.task_of(answer, slot.index, taken)
        except (RefusedError, SpecError) as error:
            slot.refuse(answer, error)
            return None
        accepted(slot.index, slot.attempt, task)
        return task
