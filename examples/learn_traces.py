"""Learns from exported traces which node a search expands next, with NumPy alone.

    cousins generate examples/traces.yaml
    python examples/learn_traces.py out/traces/exports/traces

Procedure Cloning (Yang et al., 2022) imitates not only what an expert does but the procedure
that led to it. Here the procedure is the planner's search: given the facts and the goal, and
the node that was expanded last, predict the next one, that is, which skill is tried with which
objects. The predictor is a conditional logit: every skill with every choice of objects is
scored by what state and goal say about these objects, linearly, and the scores compete in a
softmax. It never sees a name, so what it learns carries over to tasks with other objects.

Tasks are split, not steps: of a held-out task nothing is seen. The baseline always says
the most frequent skill of the training tasks, with the objects of the goal's next open literal.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Fact = tuple[str, ...]
Skill = tuple[str, tuple[str, ...]]
Numbers = npt.NDArray[np.float64]
ATOM = re.compile(r"\((\w+((?: \w+)+))\)")
NEGATED = re.compile(r"\(not \((\w+(?: \w+)+)\)\)")
STEPS, RATE, PENALTY = 300, 0.1, 1e-3


@dataclass(frozen=True)
class Example:
    """One expansion of a search.

    Attributes:
        task: whose search it is.
        state: facts of the node that was expanded last.
        wanted: literals of the goal that should hold.
        unwanted: literals of the goal that should not.
        last: skill that led to the last node; None at the start.
        following: skill that leads to the next node: what is to be predicted.
    """

    task: str
    state: frozenset[Fact]
    wanted: tuple[Fact, ...]
    unwanted: tuple[Fact, ...]
    last: Skill | None
    following: Skill


def examples(procedure: dict[str, Any]) -> Iterator[Example]:
    """The expansions of one search, the last one leading to the goal."""
    output, goal = procedure["output"], procedure["input"]["goal"]
    nodes: list[dict[str, Any]] = output["nodes"]
    states: list[frozenset[Fact]] = []
    unwanted = tuple(tuple(x.split()) for x in NEGATED.findall(goal))
    atoms = tuple(tuple(x.split()) for x, _ in ATOM.findall(goal))
    wanted = tuple(x for x in atoms if x not in unwanted)
    for node in nodes:
        parent = states[node["parent"]] if states else facts(procedure["input"]["facts"])
        states.append(parent - facts(node["removes"]) | facts(node["adds"]))
    reached: list[dict[str, Any]] = output["plan"][-1:] if procedure["complete"] else []
    for before, state, after in zip(nodes, states, [*nodes[1:], *reached], strict=False):
        last = (before["skill"], tuple(before["arguments"])) if before["skill"] else None
        following = (after["skill"], tuple(after["arguments"]))
        yield Example(procedure["task"], state, wanted, unwanted, last, following)


def facts(texts: list[str]) -> frozenset[Fact]:
    """Facts such as `(ontop mug table)` as tuples."""
    return frozenset(tuple(text[1:-1].split()) for text in texts)


def candidates(example: Example, arity: dict[str, int]) -> list[Skill]:
    """Every known skill with every choice of the objects that state or goal speak of."""
    spoken = {x for fact in (*example.state, *example.wanted, *example.unwanted) for x in fact[1:]}
    names = sorted(spoken)
    return [(skill, chosen) for skill, n in arity.items() for chosen in permutations(names, n)]


def describe(example: Example, skill: Skill, predicates: list[str]) -> list[bool]:
    """The features of a candidate's objects in state and goal; names do not matter."""
    first, *rest = skill[1]
    second = rest[0] if rest else first
    missing = [x for x in example.wanted if x not in example.state]
    spurious = [x for x in example.unwanted if x in example.state]
    last = example.last[1] if example.last else ()
    found = [True, first in last, second in last, example.last == skill]
    for predicate in predicates:
        pair, alone = (predicate, *skill[1]), [(predicate, first), (predicate, second)]
        for group in (example.state, example.wanted, missing, spurious):
            of = [x for x in group if x[0] == predicate]
            found += [pair in of, *(x in of for x in alone)]
            found += [any(x[1] == first for x in of), any(x[-1] == first for x in of)]
            found += [any(x[1] == second for x in of), any(x[-1] == second for x in of)]
    return found


@dataclass(frozen=True)
class Kinds:
    """The different descriptions of candidates: most candidates look like many others.

    Attributes:
        skills: (K,) index of the skill of each kind.
        said: (K, F) what state and goal say of its objects.
    """

    skills: npt.NDArray[np.int64]
    said: Numbers

    def scores(self, weights: Numbers) -> Numbers:
        """(K,) of each kind; each skill has weights (F,) of its own."""
        found: Numbers = np.einsum("kf,kf->k", self.said, weights[self.skills])
        return found


Offer = npt.NDArray[np.int64]
"""(C,) the kinds of an example's candidates, in the order of `candidates`."""


def tabulate(found: list[Example], arity: dict[str, int]) -> tuple[Kinds, list[Offer]]:
    """Tabulate the features of the candidates of all examples."""
    predicates = sorted({fact[0] for x in found for fact in (*x.state, *x.wanted, *x.unwanted)})
    number: dict[bytes, int] = {}
    offers: list[Offer] = []
    for example in found:
        rows = [
            bytes([list(arity).index(skill[0]), *describe(example, skill, predicates)])
            for skill in candidates(example, arity)
        ]
        offers.append(np.array([number.setdefault(row, len(number)) for row in rows]))
    table = np.array([list(kind) for kind in number])
    return Kinds(table[:, 0], table[:, 1:].astype(float)), offers


def train(kinds: Kinds, offers: list[Offer], right: list[int], skills: int) -> Numbers:
    """Weights (skills, F) of greatest likelihood, by Adam with a small penalty.

    Args:
        kinds: of candidates.
        offers: of each example.
        right: which candidate came next, in each example.
        skills: how many there are.
    """
    counts = np.array([len(offer) for offer in offers])
    which: Offer = np.concatenate(offers)
    starts: Offer = np.cumsum(counts) - counts
    weights = np.zeros((skills, kinds.said.shape[1]))
    speed, size = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        logits = kinds.scores(weights)[which]
        logits -= np.repeat(np.maximum.reduceat(logits, starts), counts)
        shares = np.exp(logits)
        shares /= np.repeat(np.add.reduceat(shares, starts), counts)
        shares[starts + np.array(right)] -= 1.0
        excess = np.bincount(which, shares, len(kinds.said)) / len(starts)
        gradient = PENALTY * weights
        np.add.at(gradient, kinds.skills, kinds.said * excess[:, None])
        speed = 0.9 * speed + 0.1 * gradient
        size = 0.999 * size + 0.001 * gradient**2
        change = (speed / (1 - 0.9**step)) / (np.sqrt(size / (1 - 0.999**step)) + 1e-8)
        weights -= RATE * change
    return weights


def most_frequent(example: Example, skill: str, arity: int) -> Skill:
    """The baseline: always the same skill, on the objects of the goal's next open literal."""
    missing = [x for x in example.wanted if x not in example.state]
    fitting = [x for x in (*missing, *example.wanted, *example.unwanted) if len(x) == arity + 1]
    return (skill, fitting[0][1:] if fitting else ())


def evaluate(procedures: list[dict[str, Any]], seed: int, folds: int) -> dict[str, float]:
    """Count right answers on tasks that were not trained on; each task is held out once.

    Args:
        procedures: lines of `procedures.jsonl`.
        seed: of the split of the tasks.
        folds: parts that the tasks are split into.
    """
    found = [x for procedure in procedures for x in examples(procedure)]
    arity = {skill: len(args) for skill, args in sorted({x.following for x in found})}
    kinds, offers = tabulate(found, arity)
    offered = [candidates(x, arity) for x in found]
    right = [skills.index(x.following) for x, skills in zip(found, offered, strict=True)]
    tasks = sorted({x.task for x in found})
    mixed = np.random.default_rng(seed).permutation(tasks)
    answers: list[tuple[Skill, Skill, Skill]] = []
    for fold in range(folds):
        held_out = set(mixed[fold::folds].tolist())
        seen = [k for k, x in enumerate(found) if x.task not in held_out]
        skills = Counter(found[k].following[0] for k in seen)
        common = skills.most_common(1)[0][0]
        weights = train(kinds, [offers[k] for k in seen], [right[k] for k in seen], len(arity))
        scores = kinds.scores(weights)
        for k, x in enumerate(found):
            if x.task in held_out:
                learned = offered[k][int(np.argmax(scores[offers[k]]))]
                answers.append((x.following, most_frequent(x, common, arity[common]), learned))
    return {
        "tasks": len(tasks),
        "expansions": len(found),
        "baseline_skill": float(np.mean([base[0] == right[0] for right, base, _ in answers])),
        "learned_skill": float(np.mean([mine[0] == right[0] for right, _, mine in answers])),
        "baseline_node": float(np.mean([base == right for right, base, _ in answers])),
        "learned_node": float(np.mean([mine == right for right, _, mine in answers])),
    }


def main() -> None:
    """Print the accuracies on held-out tasks."""
    parser = argparse.ArgumentParser(description="Predict the next node of a search.")
    parser.add_argument("traces", type=Path, help="folder of the export")
    parser.add_argument("--seed", type=int, default=0, help="of the split")
    parser.add_argument("--folds", type=int, default=5, help="of the tasks, each held out once")
    given = parser.parse_args()
    text = (given.traces / "procedures.jsonl").read_text(encoding="utf-8")
    result = evaluate([json.loads(x) for x in text.splitlines()], given.seed, given.folds)
    print(json.dumps({name: round(value, 4) for name, value in result.items()}, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
