"""Asks a language model for tasks; every answer is checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, ProposalError, SpecError, TaskSpec
from ....tasks.bddl.formula import PREDICATES
from ....tasks.bddl.problem import object_specs
from ....tasks.skills import skills
from ...proposing.cast import context
from ...proposing.catalogue import Catalogue, OfferedCategory
from ...proposing.completion import CutOffError, DeclinedError
from ...proposing.draft import (
    MOST_FURNITURE,
    MOST_MOVABLE,
    RefusedError,
    check,
    check_size,
    signature,
    taken_by,
    task_of,
)
from ...proposing.endpoint import Endpoint
from .answers import draft_of
from .schema import answer_schema, predicates, read_answer

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

NAME = "openai"
"""In the tasks."""
REMEMBERED = 60
"""Earlier tasks that the prompt lists."""


def asked_tasks(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
    endpoint: Endpoint | None,
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop`.

    Args:
        spec: what to make.
        start: first number.
        stop: one past the last.
        earlier: tasks that exist already.
        library: where the objects come from.
        endpoint: whom to ask; None is the one that the spec names.

    Raises:
        ProposalError: where the endpoint fails, or an answer stays invalid.
    """
    endpoint = endpoint or Endpoint(spec.tasks.model, spec.tasks.base_url)
    catalogue = Catalogue(library, robot(spec.robot))
    tasks: list[TaskSpec] = []
    for index in range(start, stop):
        tasks.append(_one(endpoint, spec, index, (*earlier, *tasks), catalogue))
    return tuple(tasks)


def _one(
    endpoint: Endpoint,
    spec: DatasetSpec,
    index: int,
    earlier: tuple[TaskSpec, ...],
    catalogue: Catalogue,
) -> TaskSpec:
    """One task, after at most `attempts` repairs."""
    taken = taken_by(earlier)
    schema = answer_schema(tuple(sorted(x.category for x in catalogue.kinds if not x.table)))
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": _rules(spec, catalogue)},
        {"role": "user", "content": _request(index, earlier)},
    ]
    problem = ""
    for _ in range(spec.tasks.attempts + 1):
        content = ""
        try:
            content = endpoint.ask(messages, schema, seed=(spec.seed + index) % 2**31)
            return _accept(content, spec, index, taken, catalogue)
        except (CutOffError, DeclinedError, RefusedError, SpecError) as error:
            problem = str(error)
        messages.append({"role": "assistant", "content": content or "(no complete answer)"})
        messages.append(
            {"role": "user", "content": f"Invalid: {problem}. Answer again, complete and short."}
        )
    raise ProposalError(
        f"{endpoint.url} ({endpoint.model}): task {index} was still invalid after "
        f"{spec.tasks.attempts} repairs: {problem}; try a larger model or raise tasks.attempts"
    )


def _accept(
    content: str, spec: DatasetSpec, index: int, taken: set[str], catalogue: Catalogue
) -> TaskSpec:
    """The task of an answer that passes every check.

    Raises:
        RefusedError: where it does not; the message is meant for the model.
        SpecError: where its start cannot be arranged.
    """
    draft = draft_of(read_answer(content), spec, catalogue)
    task = task_of(draft, index, spec.scene.support, NAME, (spec.seed, 0, index))
    kinds = {thing.name: thing.kind for thing in draft.things}
    object_specs(task)
    check_size(kinds, context(spec.scene.objects, kinds, catalogue, spec.scene.support))
    check(task, catalogue, kinds, spec.tasks.max_steps)
    if signature(task) in taken:
        raise RefusedError("not_new", "an earlier task has the same objects, start and goal")
    return task


def _rules(spec: DatasetSpec, catalogue: Catalogue) -> str:
    """What the model must know: the workspace, the predicates, the catalogue."""
    scene = "\n".join(f"- {x.name}: {x.category}" for x in spec.scene.objects) or "- (nothing)"
    kinds = "\n".join(f"- {_describe(kind)}" for kind in catalogue.kinds if not kind.table)
    able = "\n".join(f"- {skill.about.prompt}" for skill in skills().values())
    atoms = ", ".join(f"{x}({', '.join('ab'[: PREDICATES[x]])})" for x in predicates())
    support = spec.scene.support
    return f"""You invent household tasks for one arm with a two-finger gripper at a {support}.
Answer with one JSON object: name, instruction, reason, objects, init, goal, order.
- objects: every object of the task except the {support}, which is called {support!r}. Prefer \
those of the scene, under their names; add others of the catalogue under new names.
- init and goal: facts with a predicate, arguments and whether it holds. Predicates: {atoms}. \
What init places nowhere stands on the {support}; what it does not call open is closed, or on is \
off.
- The goal must not hold at the start, and 1 to {spec.tasks.max_steps} skills must reach it. \
A thing that opens must be open for anything to go in or come out.
- order: where the instruction says what comes first: pairs of facts, of which `first` must hold \
when `then` comes about. What is switched on is loaded and closed first without being told. Else [].
- At most {MOST_FURNITURE} things that stand fixed and {MOST_MOVABLE} that move. Sizes must fit.
Skills (what each does to its objects; facts that it makes true):
{able}
Objects of the scene:
{scene}
Catalogue (category: what it can do; size in cm):
{kinds}"""


def _describe(kind: OfferedCategory) -> str:
    """One line of the catalogue."""
    able = kind.assets[0].affordances
    for asset in kind.assets:
        able &= asset.affordances
    if kind.grain:
        able |= {"grain"}
    size = " x ".join(str(round(100 * x)) for x in kind.assets[0].extents)
    return f"{kind.category}: {', '.join(sorted(able)) or 'nothing'}; {size}"


def _request(index: int, earlier: tuple[TaskSpec, ...]) -> str:
    """The request for one more task, unlike the earlier ones."""
    said = json.dumps([task.instruction for task in earlier[-REMEMBERED:]], ensure_ascii=False)
    return f"Propose task number {index}. It must differ from these: {said}"
