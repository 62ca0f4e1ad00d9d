"""One attempt: plan, carry out, look, and plan again from what is the case.

After every skill the facts are read from physics and its effect is checked. A step that has
no geometric solution is forbidden and the next plan is tried; one that failed in physics is
recorded with its cause and the rest is planned again from what is the case now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile

from ...schemas import Cause, Failure, PlanningError, Subtask, TraceEvent
from ..bddl.formula import Formula
from ..bddl.goals import evaluate
from ..bddl.ordering import OrderWatch
from ..motion.manipulator import Manipulator
from ..physics.execution import SkillFailedError
from ..physics.predicates import literals
from ..pick_place.choosing import PLAIN
from ..symbolic.operators import StepKey
from ..symbolic.search import Plan, Step, plans
from .capabilities import capabilities
from .obstacle_removal import ObstacleRemoval
from .perform import achieved, in_words, perform, present_facts

MAX_FAILURES = 4
"""Failures in physics after which an attempt ends."""
MAX_ORDERS = 24
"""Plans looked through for one that begins with another step."""
MAX_PLANS = 8
"""Geometrically impossible plans after which an attempt ends."""
TOPPLING = (Cause.GRASP_MISSED, Cause.GRASP_SLIPPED, Cause.EFFECT_MISSING)
"""Failures that may come of the object falling over."""
FALLEN = 0.15
"""Share by which the height of what fell over changes at least."""
REST_SECONDS = 1.0
"""How long the result must stay true with the hand away."""


@dataclass
class Attempt:
    """One attempt in progress."""

    arm: Manipulator
    goal: Formula
    watch: OrderWatch
    subtasks: list[Subtask] = field(default_factory=list[Subtask])
    forbidden: set[StepKey] = field(default_factory=set[StepKey])
    failures: int = 0
    rejected: int = 0
    last: Failure | None = None
    """What failed last."""
    ways: ObstacleRemoval = field(default_factory=ObstacleRemoval)
    lost: int | None = None
    """Number of the failed subtask that nothing has made up for yet."""

    def run(self, midway: bool = False) -> Failure | None:
        """Work until the goal holds and stays; the failure where that does not come about.

        Args:
            midway: the hand may be at something, and is withdrawn first.
        """
        self._look()
        try:
            if midway:
                self._withdraw()
            while True:
                if self.watch.broken:
                    return Failure(Cause.ORDER_BROKEN)
                if self._achieved():
                    return None
                plan = self._plan()
                if plan is None:
                    return self.last
                self._carry_out(plan)
                if self.failures >= MAX_FAILURES or self.rejected >= MAX_PLANS:
                    return self.last
        except PlanningError as error:
            self.arm.note(
                TraceEvent(
                    stage="execution", event="fail", subject=str(error.cause), reason=str(error)
                )
            )
            return error.cause

    def _achieved(self) -> bool:
        """The goal holds, and still does after a second with the hand away."""
        if not evaluate(self.goal, present_facts(self.arm)):
            return False
        self.arm.executor.hold(REST_SECONDS)
        if evaluate(self.goal, present_facts(self.arm)):
            return True
        self.failures += 1
        self.last = Failure(Cause.RESULT_UNSTABLE)
        return False

    def _plan(self) -> Plan | None:
        """The cheapest plan from here whose first step is not blocked, in another order if need be.

        Where every plan begins with a blocked step, the blocked ones are left out altogether.
        """
        scene = self.arm.compiled.scene
        assets = {name: self.arm.compiled.asset_of(name) for name in self.arm.compiled.objects}
        able = capabilities(assets, scene.support)
        known, blocked = literals(present_facts(self.arm)), frozenset(self.forbidden)
        order = self.watch.order
        try:
            orders = islice(plans(known, self.goal, able, order=order, complete=True), MAX_ORDERS)
            free = (x for x in orders if not x.steps or x.steps[0].key not in blocked)
            found = self._preferred(free) or next(
                plans(known, self.goal, able, order=order, forbidden=blocked, complete=True)
            )
        except PlanningError as error:
            self.last = self.last or error.cause
            return None
        if not found.steps:
            # What is lost stands on the support, as far as the planner knows.
            self.last = Failure(Cause.OUT_OF_PLACE)
            return None
        self.arm.subtask = None
        for event in found.trace:
            self.arm.note(event)
        return found

    def _preferred(self, free: Iterator[Plan]) -> Plan | None:
        """The first plan, or, of those as short, the one that this attempt prefers."""
        first = next(free, None)
        if first is None or self.arm.variety is None:
            return first
        alike = [first, *takewhile(lambda x: len(x.steps) == len(first.steps), free)]
        return alike[self.arm.variety.order(len(alike))]

    def _carry_out(self, plan: Plan) -> None:
        """Carry out steps until one fails."""
        for number, step in enumerate(plan.steps):
            start = self.arm.executor.steps
            self.arm.interaction, self.arm.subtask = None, len(self.subtasks)
            self.arm.solver = "planning"
            self.arm.shared = _shared(step, plan.steps[number + 1 :])
            heights = self._heights()
            if self.arm.executor.deflector is not None:
                self.arm.executor.deflector.object = step.arguments[0]
            if self.arm.executor.disturber is not None:
                self.arm.executor.disturber.begin(step.arguments, start)
            try:
                perform(self.arm, step, plan.steps[number + 1 :], self.ways.manners.get(step))
            except SkillFailedError as error:
                self.arm.note(
                    TraceEvent(
                        stage="execution", event="fail", subject=in_words(step), reason=str(error)
                    )
                )
                self.last = self._diagnosis(error.cause, step, heights)
                self._record(step, start, self.last)
                if error.kind is Cause.EFFECT_MISSING:
                    # The same place again would miss again, as where another thing lies there.
                    self.arm.avoid.add((PLAIN, *step.arguments))
                self.failures += 1
                self._recover()
                if achieved(present_facts(self.arm), step):
                    self._mark_succeeded()
                return
            except PlanningError as error:
                if error.kind is Cause.TIME_LIMIT:
                    self._record(step, start, error.cause)
                    raise
                self._impossible(step, start, error)
                return
            self._record(step, start, None)
            self.forbidden.clear()

    def _impossible(self, step: Step, start: int, error: PlanningError) -> None:
        """Geometry refuses a step as things are: block it until another has been done."""
        self.arm.note(
            TraceEvent(
                stage="symbolic",
                event="backtrack",
                subject=in_words(step),
                reason=str(error),
            )
        )
        self.last = error.cause
        self.rejected += 1
        moved = self.arm.executor.steps > start
        way = None if moved else self.ways.find(self.arm, step, error)
        if way is not None:
            self._carry_out(Plan((way,), ()))
            return
        # A hand that finds no way back may have done its work all the same.
        done = moved and achieved(present_facts(self.arm), step)
        if not done:
            self.forbidden.add(step.key)
        if moved:
            self._record(step, start, None if done else error.cause)
            self.failures += 1
            self._recover()

    def _heights(self) -> dict[str, float]:
        """How tall everything stands, metres."""
        facts = present_facts(self.arm)
        boxes = {name: facts.box(name) for name in self.arm.compiled.objects}
        return {name: float(high[2] - low[2]) for name, (low, high) in boxes.items()}

    def _diagnosis(self, failure: Failure, step: Step, heights: Mapping[str, float]) -> Failure:
        """The failure, or `toppled` where it came of the object falling over."""
        thing = step.arguments[0]
        change = abs(self._heights()[thing] / heights[thing] - 1)
        toppled = failure.kind in TOPPLING and change > FALLEN
        return Failure(Cause.TOPPLED) if toppled else failure

    def _record(self, step: Step, start: int, failure: Failure | None) -> None:
        recovers, self.lost = self.lost, None if failure is None else len(self.subtasks)
        self.subtasks.append(
            Subtask(
                skill=step.skill,
                arguments=step.arguments,
                sentence=step.sentence,
                start=start,
                end=self.arm.executor.steps,
                interaction=self.arm.interaction,
                solver=self.arm.solver,
                success=failure is None,
                cause=as_stored(failure),
                recovers=recovers,
            )
        )
        self._look()

    def _look(self) -> None:
        """Watch the order; a task without one costs nothing."""
        if self.watch.order:
            self.watch.look(present_facts(self.arm))

    def _mark_succeeded(self) -> None:
        """The last subtask, given up as failed, came out well once the hand was away."""
        last = self.subtasks[-1]
        self.subtasks[-1] = last.model_copy(update={"success": True, "cause": None})
        self.failures -= 1
        self.lost = None

    def _recover(self) -> None:
        """Open the hand, leave, and go home; where that is not free, pull out first."""
        try:
            self._withdraw()
        finally:
            update = {"withdrawn": self.arm.executor.steps}
            self.subtasks[-1] = self.subtasks[-1].model_copy(update=update)

    def _withdraw(self) -> None:
        arm = self.arm
        opening = arm.compiled.robot.spec.max_opening
        arm.grip(opening)
        if arm.habits.watchful and self.failures <= 1:
            arm.sync_planning_scene()
            if arm.world.check_collision(arm.q, opening) is None:
                arm.await_rest()
                return
        ways: tuple[Callable[[], None], ...] = (
            lambda: arm.retreat(-arm.tool[:3, 2], opening),
            arm.escape,
        )
        for leave in ways:
            try:
                leave()
                arm.sync_planning_scene()
                if not (arm.habits.watchful and self.failures <= 1):
                    arm.move_to(arm.home, opening)
                arm.await_rest()
                return
            except PlanningError as error:
                if error.kind is Cause.TIME_LIMIT:
                    raise
                self.last = Failure(Cause.STUCK)


def _shared(step: Step, later: tuple[Step, ...]) -> frozenset[str]:
    """Targets to which later steps bring other things than this one."""
    mine = step.arguments[0]
    return frozenset(x for one in later if one.arguments[0] != mine for x in one.arguments[1:])


def as_stored(failure: Failure | None) -> str | None:
    """As an episode stores it."""
    return None if failure is None else str(failure)
