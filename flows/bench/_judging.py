"""What the checks of `openai` make of the stored answers, and whether they are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...generators.proposers.openai.acceptance import Acceptance
from ...generators.proposers.openai.answers import draft_of
from ...generators.proposers.openai.conversation import Conversation
from ...generators.proposers.openai.offering import offer
from ...generators.proposers.openai.prompt import request, rules
from ...generators.proposers.openai.schema import answer_schema, read_answer
from ...generators.proposing.ahead import trying_ahead
from ...generators.proposing.catalogue import Catalogue
from ...generators.proposing.draft import RefusedError, TaskProposal, signature, task_of
from ...scenes.core.franka import FRANKA
from ...schemas import SpecError, TaskSpec
from ...tasks.bddl.goals import ground_literals
from ..stages import production
from ..trials import TrialJob, TrialPool
from ._answers import SPEC, WAVE, StoredAnswer
from ._attempts import in_processes
from ._trials import Trial, attempt, scores

REPEATED = "not_new"
"""Label of a refusal that is right though the task may well be done."""
BAD_START = "bad_start"
"""Label of a task whose start cannot be arranged."""
CHARACTERS = 4
"""Of a token, roughly: the model's own tokenizer is not public."""


@dataclass
class _Judged:
    """What became of the answers, one after the other.

    Attributes:
        kept: task by number.
        first: how many of these are first answers.
        reasons: labels of what was refused.
        refused: answers that were refused, but for those that repeat a task.
        intentions: of each number that was repaired, the share of the first answer's goal that the
            task still asks for.
        asked: characters of all requests, with what was said before in the same conversation.
        answered: characters of the answers.
        heard: answers that were needed.
    """

    kept: dict[int, TaskSpec] = field(default_factory=dict[int, TaskSpec])
    first: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    refused: list[StoredAnswer] = field(default_factory=list[StoredAnswer])
    intentions: dict[int, float] = field(default_factory=dict[int, float])
    asked: int = 0
    answered: int = 0
    heard: int = 0


def judged(answers: Sequence[StoredAnswer], scenes: int, workers: int) -> dict[str, Any]:
    """Yields of the stored answers, and scores of what was kept.

    Args:
        answers: to judge.
        scenes: in which each task is attempted at most.
        workers: processes.
    """
    found = _hear(answers, workers)
    numbers = {answer.number for answer in answers}
    tasks = [found.kept[number] for number in sorted(found.kept)]
    trials = list(in_processes(partial(_forced, scenes), found.refused, workers))
    forced = [trial for trial in trials if trial is not None]
    false = sum(trial.solved for trial in forced)
    repaired = len(found.kept) - found.first
    kept = max(1, len(found.kept))
    return {
        "numbers": len(numbers),
        "heard": found.heard,
        "first_answer_share": round(found.first / len(numbers), 4),
        "after_repair_share": round(len(found.kept) / len(numbers), 4),
        "repaired": repaired,
        "repaired_share": round(repaired / len(numbers), 4),
        "rejected_by_reason": dict(found.reasons.most_common()),
        "forced": len(forced),
        "false_refusals": false,
        "false_refusal_share": round(false / found.heard, 4),
        "false_refusals_pending": sum(trial.pending for trial in forced),
        "intention_kept_share": _intention_kept(found),
        "intention_kept_share_repaired": _mean(list(found.intentions.values())),
        "tokens_are": f"characters / {CHARACTERS}",
        "prompt_tokens_per_kept_task": round(found.asked / CHARACTERS / kept),
        "answer_tokens_per_kept_task": round(found.answered / CHARACTERS / kept),
        "tokens_per_kept_task": round((found.asked + found.answered) / CHARACTERS / kept),
        **scores(SPEC, tasks, scenes, workers),
    }


def _hear(answers: Sequence[StoredAnswer], workers: int) -> _Judged:
    """Let the answers pass the checks in the order in which they were asked for."""
    if workers < 2:
        return _heard_in_turn(answers)
    pool = TrialPool(workers)
    stages = production()
    try:
        with trying_ahead(lambda spec, tasks: pool.run([TrialJob(stages, spec, x) for x in tasks])):
            return _heard_in_turn(answers)
    finally:
        pool.close()


def _heard_in_turn(answers: Sequence[StoredAnswer]) -> _Judged:
    library = production().library(SPEC.assets)
    catalogue = Catalogue(library, FRANKA)
    gates = Acceptance(SPEC, library, catalogue, "openai")
    found, taken = _Judged(), set[str]()
    talks = dict[int, Conversation]()
    meant = dict[int, Counter[tuple[str, ...]]]()
    gates.ahead((answer.number, answer.answer) for answer in answers)
    for answer in sorted(answers, key=lambda x: (x.number // WAVE, x.attempt, x.number)):
        number = answer.number
        if number in found.kept:
            continue
        if number not in talks:
            talks[number] = _begun(number, found.kept, catalogue)
        talk = talks[number]
        found.heard += 1
        found.asked += sum(len(str(message.get("content"))) for message in talk.messages)
        found.answered += len(answer.answer)
        if answer.attempt == 0:
            meant[number] = _goal(answer, catalogue)
        try:
            task = gates.task_of(answer.answer, number, taken)
        except (RefusedError, SpecError) as error:
            label = error.label if isinstance(error, RefusedError) else BAD_START
            found.reasons[label] += 1
            if label != REPEATED:
                found.refused.append(answer)
            elif answer.attempt == 0:
                # What repeats another task must become something else.
                del meant[number]
            talk.refuse(number, error)
            talk.repair(answer.answer)
            continue
        found.kept[number] = task
        taken.add(signature(task))
        found.first += answer.attempt == 0
        if answer.attempt and meant.get(number):
            goal, wanted = _goal(answer, catalogue), meant[number]
            found.intentions[number] = (goal & wanted).total() / wanted.total()
    return found


def _begun(number: int, kept: dict[int, TaskSpec], catalogue: Catalogue) -> Conversation:
    """The first request for a task; it tells of the tasks of earlier waves."""
    offered = offer(SPEC, catalogue, number)
    begun = number // WAVE * WAVE
    earlier = tuple(kept[other] for other in sorted(kept) if other < begun)
    return Conversation(
        number,
        answer_schema(tuple(kind.category for kind in offered), None),
        [
            {"role": "system", "content": rules(SPEC, offered)},
            {"role": "user", "content": request(range(number, number + 1), earlier, SPEC)},
        ],
        [number],
    )


def _draft(answer: StoredAnswer, catalogue: Catalogue) -> TaskProposal | None:
    """The task that an answer speaks of; None where it says none that can be read."""
    try:
        return draft_of(read_answer(answer.answer), SPEC, catalogue)
    except (RefusedError, SpecError):
        return None


def _goal(answer: StoredAnswer, catalogue: Catalogue) -> Counter[tuple[str, ...]]:
    """The facts of a goal in terms of categories; empty where it cannot be read."""
    draft = _draft(answer, catalogue)
    if draft is None:
        return Counter()
    kinds = {thing.name: thing.kind.category for thing in draft.things}
    return Counter(
        (str(x.negated), x.predicate, *(kinds.get(name, name) for name in x.arguments))
        for x in ground_literals(draft.goal)
    )


def _intention_kept(found: _Judged) -> float | None:
    """Mean over all tasks; a first answer that passed is what it meant."""
    return _mean([*found.intentions.values(), *[1.0] * found.first])


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _forced(scenes: int, answer: StoredAnswer) -> Trial | None:
    """A refused answer attempted all the same; None where it says no task that could be."""
    draft = _draft(answer, Catalogue(production().library(SPEC.assets), FRANKA))
    if draft is None:
        return None
    try:
        task = task_of(draft, answer.number, "table", "openai", (SPEC.seed, 0, answer.number))
        return attempt((SPEC, task, scenes))
    except SpecError:
        return None
