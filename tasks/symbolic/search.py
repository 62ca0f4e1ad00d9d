"""A forward planner over BDDL facts: A* with a count of the moves that are still needed.

It yields plan after plan, cheapest first, so that a plan that fails in geometry can be
followed by the next one. Nothing depends on the order of sets: equal input, equal plans.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf

from ...schemas import Cause, PlanningError, SkillCall, TraceEvent
from ..bddl.formula import Formula, Literal
from ..bddl.goals import ground, ground_literals, holds, missing
from ..bddl.ordering import Precedence
from .domain import Capabilities, Expansion, Focus, Prospects, start_state
from .heuristic import estimate, goal_focus, possible
from .operators import Course, Fact, Operator, StepKey
from .sentences import sentence
from .state import State

LIMIT_NODES = 5_000
VISITS = 12
"""How many different ways into one state the search for further plans follows."""
WIDE_SHARE = 20
"""Where the targets that the goal names lead nowhere, others get this part of the nodes."""
TRACED = 200
"""Expansions kept in a trace."""


@dataclass(frozen=True)
class Step:
    """One skill of a plan, with a sentence that says what for.

    Steps are alike where their skill, its arguments, and their sentences are.
    """

    operator: Operator = field(compare=False)
    sentence: str
    key: StepKey = field(init=False)
    """The skill and its arguments, as `plans` takes them in `forbidden`."""

    def __post_init__(self) -> None:
        """Take over the key."""
        object.__setattr__(self, "key", self.operator.key)

    @property
    def skill(self) -> str:
        """Name of the skill."""
        return self.operator.skill

    @property
    def arguments(self) -> tuple[str, ...]:
        """Scene names."""
        return self.operator.arguments


@dataclass(frozen=True)
class Plan:
    """Skills that lead to the goal, and the search that found them."""

    steps: tuple[Step, ...]
    trace: tuple[TraceEvent, ...]


@dataclass(frozen=True)
class _Node:
    """A state, how it was reached, and what is estimated to remain."""

    state: State
    remaining: int
    operator: Operator | None = None
    parent: _Node | None = None
    cost: int = 0

    def path(self) -> tuple[_Node, ...]:
        """From the start to this node."""
        nodes: list[_Node] = [self]
        while nodes[-1].parent is not None:
            nodes.append(nodes[-1].parent)
        return tuple(reversed(nodes))

    def operators(self) -> tuple[Operator, ...]:
        """The skills that lead from the start to this node."""
        return tuple(x.operator for x in self.path() if x.operator is not None)


def plans(
    literals: Iterable[Literal],
    goal: Formula,
    capabilities: Capabilities,
    *,
    order: tuple[Precedence, ...] = (),
    forbidden: frozenset[StepKey] = frozenset(),
    limit_nodes: int = LIMIT_NODES,
    complete: bool = False,
) -> Iterator[Plan]:
    """Distinct plans from what holds at the start to the goal, cheapest first.

    Args:
        literals: what holds at the start; what is not listed does not.
        goal: in the names of `capabilities`.
        capabilities: what can be done with the objects.
        order: what must hold before something else comes about.
        forbidden: skills that were found to be impossible.
        limit_nodes: expansions for the first plan, and again for all further ones.
        complete: whether the literals say all that holds, as those read from physics do; else
            what has no place stands on the support.

    Raises:
        PlanningError: `no_plan` or `node_limit`, before the first plan; afterwards the
            iterator just ends.
    """
    start = start_state(literals, capabilities, complete)
    search = _Search(start, goal, capabilities, forbidden, order)
    impossible = search.impossible()
    if impossible:
        raise PlanningError(
            Cause.NO_PLAN, f"no skill can bring about {', '.join(map(str, impossible))}"
        )
    first: _Node | None = None
    wide_limit = limit_nodes // WIDE_SHARE
    for focus, limit in ((search.named, limit_nodes), (search.wide, wide_limit)):
        first = next(search.run(focus, 1, limit), None)
        if first is not None:
            break
    if first is None:
        raise PlanningError(Cause.NO_PLAN, "every reachable state was searched; none is the goal")
    yield search.plan(first)
    found = {_keys(first)}
    try:
        for node in search.run(search.named, VISITS, limit_nodes):
            if _keys(node) not in found:
                found.add(_keys(node))
                yield search.plan(node)
    except PlanningError:
        return


class _Search:
    """A* from one start to one goal."""

    def __init__(
        self,
        start: State,
        goal: Formula,
        capabilities: Capabilities,
        forbidden: frozenset[StepKey],
        order: tuple[Precedence, ...],
    ) -> None:
        self.start = start
        self.order = order
        self.goal = ground(goal)
        self.literals = ground_literals(goal)
        self.capabilities = capabilities
        self.forbidden = forbidden
        self.shut_at_end = frozenset(
            x.arguments[0] for x in self.literals if x.negated and x.predicate == "open"
        )
        wanted = dict.fromkeys((*self.literals, *(x.first for x in order)))
        self.named, self.wide = goal_focus(wanted, start, capabilities)
        self.expanded: list[_Node] = []

    def run(self, focus: Focus, visits: int, limit: int) -> Iterator[_Node]:
        """Goal nodes, cheapest first; each state is entered by at most `visits` paths.

        Raises:
            PlanningError: `node_limit`.
        """
        root = _Node(self.start, self._estimate(self.start))
        queue: list[tuple[int, int, int, _Node]] = [(root.remaining, 0, 0, root)]
        entered: dict[State, int] = {}
        count = 0
        expansion = Expansion.of(self.capabilities, focus)
        self.expanded = []
        while queue:
            node = heapq.heappop(queue)[-1]
            if entered.get(node.state, 0) >= visits:
                continue
            entered[node.state] = entered.get(node.state, 0) + 1
            if node.remaining == 0 and holds(self.goal, node.state):
                yield node
                continue
            if len(self.expanded) >= limit:
                raise PlanningError(
                    Cause.NODE_LIMIT, f"no plan within {limit} search nodes; try fewer objects"
                )
            self.expanded.append(node)
            passed = {earlier.state for earlier in node.path()}
            for operator, state in expansion.successors(node.state):
                if operator.key in self.forbidden or self._too_early(node.state, state):
                    continue
                if state in passed or entered.get(state, 0) >= visits:
                    continue
                count += 1
                child = _Node(state, self._estimate(state), operator, node, node.cost + 1)
                heapq.heappush(queue, (child.cost + child.remaining, -child.cost, count, child))

    def _too_early(self, before: State, after: State) -> bool:
        """Whether something comes about between two states before its turn."""
        return any(x.broken(before, after) for x in self.order)

    def _estimate(self, state: State) -> int:
        needed = missing(self.goal, state)
        return estimate(state, needed, self.capabilities, self.shut_at_end)

    def impossible(self) -> tuple[Literal, ...]:
        """Literals that no skill can change although the goal needs them; empty where none."""
        prospects = Prospects(self.start, self.capabilities, self.forbidden)
        if possible(self.goal, True, prospects):
            return ()
        needed = missing(self.goal, self.start)
        return tuple(x for x in needed if not prospects.attainable(x)) or needed

    def plan(self, node: _Node) -> Plan:
        """The plan that ends in the node, with the trace of the search so far."""
        operators = node.operators()
        places = tuple(x.state.places for x in node.path())
        steps = tuple(
            Step(operator, sentence(Course(number, operators, places, self.literals)))
            for number, operator in enumerate(operators)
        )
        numbers = {id(x): number for number, x in enumerate([*self.expanded, node])}
        trace = [_event("expand", x, numbers) for x in self.expanded[:TRACED]]
        trace += [
            _event("choose", x, numbers, step.sentence)
            for x, step in zip(node.path()[1:], steps, strict=True)
        ]
        return Plan(steps, tuple(trace))


def _keys(node: _Node) -> tuple[StepKey, ...]:
    """The skills that lead to the node."""
    return tuple(x.key for x in node.operators())


def _event(
    event: OneOf["expand", "choose"], node: _Node, numbers: dict[int, int], reason: str = ""
) -> TraceEvent:
    """The trace's event for a node: its place in the tree, and what differs from its parent."""
    before = frozenset[Fact]() if node.parent is None else node.parent.state.facts
    after = node.state.facts
    added = [str(Literal(x[0], x[1:])) for x in sorted(after - before)]
    removed = [str(Literal(x[0], x[1:], negated=True)) for x in sorted(before - after)]
    return TraceEvent(
        stage="symbolic",
        event=event,
        subject=_subject(node.operator),
        reason=reason,
        values=(float(node.cost), float(node.remaining)),
        node=numbers[id(node)],
        parent=None if node.parent is None else numbers[id(node.parent)],
        facts=(*added, *removed),
    )


def _subject(operator: Operator | None) -> str:
    """A skill as text; the start has none."""
    return "start" if operator is None else str(SkillCall(*operator.key))
