"""Skills are plug-ins: found by name, declared, composed by the planner, and all performable."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import by_hand, first, put

from cousins.flows.bench._suites import ALL
from cousins.scenes.core.seeds import generator
from cousins.schemas import Cause, PlanningError, PluginError, SpecError
from cousins.schemas.plugins import forget
from cousins.tasks.bddl.formula import PREDICATES, And, Atom
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.physics.predicates import BINARY, UNARY, PhysicsFacts
from cousins.tasks.skill import SkillPlugin
from cousins.tasks.skills import PLUGINS, skill_named, skills
from cousins.tasks.skills.opening import OPEN
from cousins.tasks.skills.opening.joints import joints_to_move
from cousins.tasks.skills.placing import PLACE_ON, beside, into, onto
from cousins.tasks.solving.capabilities import capabilities
from cousins.tasks.symbolic.domain import Capabilities
from cousins.tasks.symbolic.operators import Operator
from cousins.tasks.symbolic.search import plans

ORDER = ("open", "close", "turn_on", "turn_off", "insert", "hang", "pour", "push",
         "push_next_to", "slide", "sweep", "place_on", "place_inside", "place_next_to")  # fmt: skip
MUG, BOWL, CABINET = "mug.n.04", "bowl.n.01", "cabinet.n.01"


def able() -> Capabilities:
    things = {
        "table": "breakfast_table.n.01", "mug": MUG, "rack": "hook_rack.n.01", "bowl": BOWL,
        "cabinet": CABINET, "game": "board_game.n.01", "mat": "place_mat.n.01",
        "brush": "scrub_brush.n.01", "almond": "almond.n.02",
    }  # fmt: skip
    return capabilities({name: first(category) for name, category in things.items()}, "table")


def test_the_order_of_skills_is_fixed_since_it_decides_which_plan_comes_first() -> None:
    assert tuple(skills()) == ORDER


def test_skills_are_found_without_being_imported() -> None:
    code = (
        "import sys; from cousins.tasks.skills import PLUGINS; names = PLUGINS.names(); "
        "assert 'placing' in names and 'hanging' in names; "
        "assert not [x for x in sys.modules if x.startswith('cousins.tasks.skills.')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_skill_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"did you mean 'place_on'"):
        skill_named("place_onto")


@pytest.mark.parametrize("name", ORDER)
def test_a_skill_declares_itself(name: str) -> None:
    about = skill_named(name).about
    assert about.summary
    assert about.prompt.startswith(f"{name}(")
    assert set(about.effects) <= PREDICATES.keys() & {*BINARY, *UNARY}
    assert set(about.suites) <= ALL.keys()
    assert about.suites


def test_operators_change_what_their_skills_declare() -> None:
    found = able()
    places = (("ontop", "bowl", "table"),)
    made = (onto("mug", "bowl"), into("mug", "bowl"), beside("mug", "bowl", places))
    operators = (*found.operators, *made)
    assert {x.skill for x in operators} >= {"hang", "push", "place_next_to"}
    for operator in operators:
        changed = {x[0] for x in operator.adds | operator.removes}
        assert changed <= set(skill_named(operator.skill).about.effects), operator.skill


def test_every_step_of_a_plan_belongs_to_a_skill_that_can_be_carried_out() -> None:
    goal = And((Atom("attached", ("mug", "rack")), Atom("inside", ("bowl", "cabinet"))))
    for plan in islice(plans((), goal, able()), 8):
        for step in plan.steps:
            assert step.skill in skills()
            assert step.operator.key == step.key


def test_nothing_is_put_under_things_that_stand() -> None:
    with pytest.raises(PlanningError, match=r"\(under mug cabinet\)") as caught:
        next(plans((), Atom("under", ("mug", "cabinet")), able()))
    assert caught.value.kind is Cause.NO_PLAN


def test_where_a_thing_is_does_not_depend_on_the_order_of_a_set() -> None:
    code = (
        "from cousins.tasks.symbolic.state import State; "
        "facts = [('ontop', 'x', y) for y in 'abcdef'] + [('inside', 'x', 'g')]; "
        "print(State.of(facts).places['x'])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env=_env(seed)
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def _env(seed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": seed}


def test_what_is_opened_does_not_mind_a_skill_with_three_arguments_later_on() -> None:
    cabinet = first(CABINET)
    compiled = by_hand(
        put("cabinet", cabinet, (0.7, 0.0, 0.0), np.pi), put("mug", first(MUG), (0.4, 0.3, 0.0))
    )
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator((0,)))
    sweep = Operator("sweep", ("mug", "mug", "cabinet"), "sweep", moves=("mug",))
    facts = PhysicsFacts(compiled, executor.data)
    assert joints_to_move(arm, facts, "cabinet", True, (sweep,))


PLUGIN = """
from dataclasses import replace
from cousins.tasks.symbolic.operators import Operator
from cousins.tasks.skill import About, SkillPlugin

class Folding:
    name = "fold"
    about = About(
        summary="folds", prompt="fold(a): folds a; makes toggled_on(a)", effects=("toggled_on",),
        needs="a cloth", brings_about="it is folded", how="by hand",
    )
    def operators(self, assets, support):
        for name in assets:
            if name != support:
                yield Operator("fold", (name,), f"fold {name}",
                               adds=frozenset({("toggled_on", name)}), reaches=(name,))
    def perform(self, arm, operator, outlook):
        raise NotImplementedError
    def unreachable(self, arm, operator, survey):
        return None

PLUGIN = SkillPlugin((Folding(),))
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution that offers a skill by an entry point."""
    info = tmp_path / "folding-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: folding\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cousins.skills]\nfolding = folding_skill\n")
    (tmp_path / "folding_skill.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)  # pyright: ignore[reportUnknownMemberType]
    monkeypatch.delitem(sys.modules, "folding_skill", raising=False)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def test_a_skill_of_another_package_is_planned_with(foreign: Path) -> None:
    del foreign
    assert tuple(skills()) == (*ORDER, "fold")
    goal = And((Atom("toggled_on", ("bowl",)), Atom("ontop", ("mug", "mat"))))
    (plan,) = islice(plans((), goal, able()), 1)
    assert sorted(step.skill for step in plan.steps) == ["fold", "place_on"]
    folded = next(step for step in plan.steps if step.skill == "fold")
    assert folded.sentence == "fold bowl, as the task asks"


def test_two_skills_of_one_name_are_refused(foreign: Path) -> None:
    text = PLUGIN.replace('name = "fold"', 'name = "place_on"')
    (foreign / "folding_skill.py").write_text(text)
    with pytest.raises(PluginError, match="place_on"):
        skills()


def test_what_is_no_skill_is_refused() -> None:
    nothing: Any = object()
    with pytest.raises(PluginError, match="is no skill"):
        SkillPlugin((nothing,))


def test_placing_and_opening_are_made_for_each_state() -> None:
    assets = {"table": first("breakfast_table.n.01"), "mug": first(MUG)}
    assert list(PLACE_ON.operators(assets, "table")) == []
    assert list(OPEN.operators(assets, "table")) == []
    assert PLUGINS.load("placing").source is not None
