"""The prompt: what a language model is told of the workspace, and what it is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from ....scenes.core.seeds import generator
from ....schemas import DatasetSpec, TaskSpec
from ....tasks.bddl.formula import PREDICATES
from ....tasks.bddl.goals import ground_literals
from ....tasks.bddl.problem import scene_problem
from ....tasks.skills import skills
from ...proposing.draft import MOST_FURNITURE, MOST_MOVABLE
from ...proposing.hand_room import FINGERS, LONG, LOW, PALM
from ...proposing.offered import OfferedCategory
from .answers import STARTS
from .grounding import describe, describe_own
from .schema import predicates

REMEMBERED = 60
"""Earlier tasks that the prompt lists."""
RARE = 3
"""Predicates that the request names because few tasks ask for them."""
FOLLOWING = ("touching", "under")
"""Predicates that follow from others: nobody need ask for them."""


def rules(spec: DatasetSpec, offered: Sequence[OfferedCategory]) -> str:
    """The rules for the model: the workspace, the predicates, the categories on offer."""
    support = spec.scene.support
    own = [f"- {describe_own(thing, support)}" for thing in spec.scene.objects]
    scene = "\n".join(own) or "- (nothing)"
    kinds = "\n".join(f"- {describe(kind)}" for kind in offered)
    able = "\n".join(f"- {skill.about.prompt}" for skill in skills().values())
    atoms = ", ".join(f"{x}({', '.join('ab'[: PREDICATES[x]])})" for x in predicates())
    place = f"{support} in the {spec.scene.room.kind}" if spec.scene.room else support
    return f"""You invent household tasks for one arm with a two-finger gripper at a {place}.
Answer with one JSON object: name, instruction, paraphrases, reason, objects, init, goal, order.
- objects: every object of the task except the {support}, which is called {support!r}. Prefer \
those of the scene, under their names; add others of the catalogue under new names.
- init and goal: facts with a predicate, arguments and whether it holds. Predicates: {atoms}; \
in init only {", ".join(STARTS)}. What init places nowhere stands on the {support}; what it does \
not call open is closed, or on is off.
- A fact of the goal may be asked of all or one of a category's objects, which `each` stands \
for: forall or exists with the category. Else leave them out.
- The goal must not hold at the start, and 1 to {spec.tasks.max_steps} skills must reach it. \
A thing that opens must be open for anything to go in or come out.
- The instruction says all that the goal asks for, and nothing else. Name no object that the \
task does not need.
- paraphrases: three other ways in which people would say the same, as complete as the instruction.
- order: where the instruction says what comes first: pairs of facts, of which `first` must hold \
when `then` comes about. What is switched on is loaded and closed first without being told. Else [].
- At most {MOST_FURNITURE} things that stand fixed and {MOST_MOVABLE} that move. What goes into \
or onto something must be smaller than its inside or top.
- {_hand()}
- It must be something that people would ask for and that is safe: no metal or plastic in \
the heat, no food among tools.
Skills (what each does to its objects; facts that it makes true):
{able}
Objects of the scene:
{scene}
Catalogue (category: its role; length x width x height, inside and top in cm, as ranges):
{kinds}"""


def _hand() -> str:
    """The limits of a hand that reaches into something, in centimetres."""
    palm, brim = round(100 * PALM), round(100 * FINGERS)
    long, low = round(100 * LONG), round(100 * LOW)
    return f"""The hand is broad and its fingers are short. What has no rim it takes out from \
above only where the inside is {palm} cm wide (across the thing, where that is long) or where it \
reaches to within {brim} cm of the brim; out of a drawer nothing over {long} cm. From the front \
it takes nothing over {long} cm out, and brings in nothing over {long} cm that is lower than \
{low} cm."""


def request(
    numbers: range,
    earlier: tuple[TaskSpec, ...],
    spec: DatasetSpec,
    derived: Sequence[str] = (),
) -> str:
    """The request for further tasks, unlike the earlier ones, and where they should lead.

    Args:
        numbers: of the tasks.
        earlier: tasks that exist.
        spec: of the dataset; each request draws how many skills to aim at.
        derived: of each task, from which others it shall be derived and how, if from any; that
            decides how many skills it takes.
    """
    said = json.dumps([task.instruction for task in earlier[-REMEMBERED:]], ensure_ascii=False)
    themes = [spec.tasks.themes[x % len(spec.tasks.themes)] for x in numbers if spec.tasks.themes]
    wish = f"{spec.tasks.wish}" if spec.tasks.wish is not None else ""
    aims = [_aim(x, spec) for x in numbers]
    if spec.tasks.per_request == 1:
        lines = [f"Propose task number {numbers[0]}. It must differ from these: {said}"]
        lines += [f"The wish that it serves, as a whole or a part of it: {wish}"] if wish else []
        lines += [f"Its theme: {theme}" for theme in themes]
        if derived:
            lines += derived
        else:
            lines.append(f"It should take about {aims[0]} skill{'s' if aims[0] > 1 else ''}.")
    else:
        lines = [
            f"Propose task number {numbers[0]} to {numbers[-1]}. They must differ from each other, "
            f"and from these: {said}",
            f"Answer with one JSON object: `tasks`, a list of {len(numbers)} such objects.",
        ]
        lines += [f"The wish that they serve, as a whole or in parts: {wish}"] if wish else []
        lines += [f"Their themes, in turn: {'; '.join(themes)}"] if themes else []
        if derived:
            lines += [f"Number {x}: {said}" for x, said in zip(numbers, derived, strict=True)]
        else:
            lines.append(f"In turn they should take about {', '.join(map(str, aims))} skills.")
    if earlier:
        lines.append(f"Few tasks ask for {', '.join(_rare(earlier))}: prefer what can be so.")
    return "\n".join(lines)


def _aim(number: int, spec: DatasetSpec) -> int:
    """How many skills a task shall take, about."""
    return int(generator((spec.seed,), "aim", number).integers(1, spec.tasks.max_steps + 1))


def _rare(earlier: tuple[TaskSpec, ...]) -> tuple[str, ...]:
    """The predicates that the goals of the fewest tasks hold."""
    asked = Counter(
        name
        for task in earlier
        for name in {x.predicate for x in ground_literals(scene_problem(task).goal)}
    )
    wanted = [name for name in predicates() if name not in FOLLOWING]
    return tuple(sorted(wanted, key=lambda name: (asked[name], name))[:RARE])
