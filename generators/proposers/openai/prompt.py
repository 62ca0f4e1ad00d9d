"""The prompt: what a language model is told of the workspace, and what it is asked."""

from __future__ import annotations

import json

from ....schemas import DatasetSpec, TaskSpec
from ....tasks.bddl.formula import PREDICATES
from ....tasks.skills import skills
from ...proposing.catalogue import Catalogue, OfferedCategory
from ...proposing.draft import MOST_FURNITURE, MOST_MOVABLE
from .schema import predicates

REMEMBERED = 60
"""Earlier tasks that the prompt lists."""


def rules(spec: DatasetSpec, catalogue: Catalogue) -> str:
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


def request(index: int, earlier: tuple[TaskSpec, ...]) -> str:
    """The request for one more task, unlike the earlier ones."""
    said = json.dumps([task.instruction for task in earlier[-REMEMBERED:]], ensure_ascii=False)
    return f"Propose task number {index}. It must differ from these: {said}"
