"""Whether cousins teach more than a twin: policies trained on either, judged as shapes change.

The table is that of ACDC (Dai et al., 2024): a policy learns from demonstrations with one asset
of each object, another from as many with cousins of it; both are judged on the twin itself, on
near, far, and dissimilar assets, in the same scenes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...generators.evaluation.statistics import wilson
from ...generators.learners.networks import check_torch
from ...generators.learners.records.cards import TrainSpec
from ...schemas import EvalResult, EvalSpec, RunError, SuiteSpec
from ...schemas.spec_file import parse_spec
from ..environment import cores
from ..evaluation.running import evaluate
from ..run import RunRequest, execute
from ..stages import production
from ..training import train_policy

SUITES = ("twin", "near", "far", "dissimilar")
OWN = ("in_distribution",)
COUSINS = {
    "twin": "{per_object: 1, distance: [0.0, 0.0]}",
    "cousins": "{per_object: 256, distance: [0.0, 0.7], otherwise: nearest}",
}
"""How each of the two datasets draws its assets: the second from so many that most are of other
categories than the twin's own, for what is far is of these."""
TASK = "inside apple bowl"
STACK = (
    "{goal: [ontop middle bottom, ontop top middle], objects: ["
    + ", ".join(
        f"{{name: {x}, category: toy_dice.n.01, extents: [0.045, 0.045, 0.045]}}"
        for x in ("bottom", "middle", "top")
    )
    + "]}"
)


@dataclass(frozen=True)
class StudySize:
    """How much of everything.

    Attributes:
        demonstrations: of each dataset.
        steps: batches of each training.
        width: of the policies' hidden layers.
        rollouts: in each suite.
        seeds: policies of each dataset.
        seconds: of a demonstration and of a rollout, at most.
        turned: copies of each demonstration.
        keypoints: whether policies are told those of objects.
    """

    demonstrations: int
    steps: int
    width: int
    rollouts: int
    seeds: int
    seconds: float = 30.0
    turned: int = TrainSpec().turned
    keypoints: bool = True


FULL = StudySize(demonstrations=2000, steps=20_000, width=512, rollouts=100, seeds=3, turned=6)
SMALL = StudySize(demonstrations=160, steps=4_000, width=256, rollouts=40, seeds=1)
STACKING = replace(FULL, demonstrations=1000, seconds=60.0, turned=3, keypoints=False)
"""Three cubes of one size, as in public studies of generated demonstrations."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `proof`.

    Raises:
        BackendMissingError: PyTorch is not installed.
    """
    check_torch("the benchmark proof")
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        judged = study(TASK, size, seed, place / "study", tuple(COUSINS), SUITES)
        stacked = {} if small else study(STACK, STACKING, seed, place / "stack", ("twin",), OWN)
    return {
        "workers": cores(),
        "rollouts": size.rollouts,
        "seeds": size.seeds,
        "demonstrations": size.demonstrations,
        "steps": size.steps,
        **{kind: cells(results) for kind, results in judged.items()},
        "cousin_distance": {
            suite.name: suite.cousin_distance for suite in judged["cousins"][0].suites
        },
        "stacking": cells(stacked["twin"])[OWN[0]] if stacked else None,
    }


def study(
    given: str,
    size: StudySize,
    seed: int,
    folder: Path,
    kinds: Sequence[str],
    suites: Sequence[str],
) -> dict[str, list[EvalResult]]:
    """Train on some kinds of datasets, and judge all policies in the same scenes.

    Args:
        given: the task, as `tasks.given` takes it.
        size: how much of everything.
        seed: of the datasets.
        folder: for all files.
        kinds: of `COUSINS`; the last one's spec makes the scenes.
        suites: named ones.

    Returns:
        By kind of dataset, what came of each of its policies.
    """
    roots = {kind: _made(kind, given, size, seed, folder / kind) for kind in kinds}
    spec = EvalSpec(
        name="proof",
        # One seed, one twin: it is the same in all of the datasets.
        dataset=str(roots[kinds[-1]]),
        rollouts=size.rollouts,
        max_seconds=size.seconds,
        videos=0,
        states=0,
        suites={name: SuiteSpec() for name in suites},
    )
    judged: dict[str, list[EvalResult]] = {kind: [] for kind in kinds}
    for number in range(size.seeds):
        for kind, root in roots.items():
            policy = folder / f"{kind}-policy-{number}"
            how = TrainSpec(
                steps=size.steps,
                width=size.width,
                turned=size.turned,
                seed=number,
                keypoints=size.keypoints,
            )
            train_policy(root, how, policy)
            _say(f"{kind}, policy {number}: trained")
            out, scenes = folder / f"{kind}-judged-{number}", folder / "scenes"
            judged[kind].append(evaluate(str(policy), spec, out, cores(), _say, scenes))
    return judged


def cells(results: Iterable[EvalResult]) -> dict[str, dict[str, Any]]:
    """Success and its 95% interval by suite, over all policies together."""
    found: dict[str, list[bool]] = {}
    for result in results:
        for suite in result.suites:
            found.setdefault(suite.name, []).extend(one.success for one in suite.rollouts)
    return {
        name: {"success": round(sum(won) / len(won), 4), "ci95": wilson(sum(won), len(won))}
        for name, won in found.items()
    }


def _made(kind: str, given: str, size: StudySize, seed: int, root: Path) -> Path:
    """A dataset with as many demonstrations as are asked for.

    Raises:
        RunError: too few attempts succeeded.
    """
    spec = parse_spec(spec_text(kind, given, size, seed))
    _say(f"{kind}: {size.demonstrations} demonstrations")
    summary = execute(RunRequest(spec, root, production(), cores(), until="episodes"))
    if summary.shortfall:
        raise RunError(f"{kind}: {summary.shortfall}")
    return root


def spec_text(kind: str, given: str, size: StudySize, seed: int) -> str:
    """The spec of a dataset, as YAML."""
    return (
        f"name: proof-{kind}\n"
        f"seed: {seed}\n"
        f"tasks: {{given: {given}}}\n"
        f"cousins: {COUSINS[kind]}\n"
        f"episodes: {{demonstrations: {size.demonstrations}, max_seconds: {size.seconds}}}\n"
        "cameras: []\n"
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
