"""How often a policy succeeds that was trained from our demonstrations, in each style.

One pick-and-place, "put the lemon in the mixing bowl", with the defaults of a spec; the policy is
the `mlp` of `cousins train`, and it is judged as `cousins evaluate` does, in scenes that no
demonstration was made in, the same for all. A small run shows that all of it works; its shares
say little.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ...generators.evaluation.statistics import wilson
from ...generators.learners.records.cards import TrainSpec
from ...schemas import DatasetSpec, EvalSpec, Style
from ..api import generate
from ..evaluation.running import evaluate
from ..training import train_policy


@dataclass(frozen=True)
class _Amount:
    """How much is done.

    Attributes:
        demonstrations: of each style.
        rollouts: of each policy.
        seeds: policies of each style.
        steps: of training.
        seconds: simulated, of a rollout.
    """

    demonstrations: int
    rollouts: int
    seeds: int
    steps: int
    seconds: float


FULL = _Amount(demonstrations=200, rollouts=100, seeds=3, steps=6000, seconds=30.0)
SMALL = _Amount(demonstrations=8, rollouts=3, seeds=1, steps=300, seconds=10.0)


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `learn`."""
    amount = SMALL if small else FULL
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sides = {style: _side(root, style, amount, seed) for style in get_args(Style)}
    return {
        "demonstrations": amount.demonstrations,
        "rollouts": amount.rollouts,
        "seeds": amount.seeds,
        **sides,
    }


def _side(root: Path, style: Style, amount: _Amount, seed: int) -> dict[str, Any]:
    """Demonstrations of one style, policies from them, and how often these succeed."""
    data = root / style
    generate(_spec(style, amount, seed), data)
    judged = EvalSpec(
        name="learn", dataset=str(data), rollouts=amount.rollouts, seed=seed % 1000,
        max_seconds=amount.seconds, videos=0,
    )  # fmt: skip
    won: list[int] = []
    for number in range(amount.seeds):
        policy = root / f"{style}-policy-{number}"
        train_policy(
            data, TrainSpec(seed=seed + number, steps=amount.steps), policy,
            count=amount.demonstrations,
        )  # fmt: skip
        result = evaluate(
            str(policy), judged, root / f"{style}-judged-{number}", 0, scenes=root / "scenes"
        )
        won.append(result.suites[0].successes)
    total = amount.rollouts * amount.seeds
    return {
        "success": round(sum(won) / total, 4),
        "ci95": [round(bound, 4) for bound in wilson(sum(won), total)],
        "success_by_seed": [round(one / amount.rollouts, 4) for one in won],
    }


def _spec(style: Style, amount: _Amount, seed: int) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "bench-learn",
            "seed": seed,
            "tasks": {
                "given": [
                    {
                        "goal": "inside lemon mixing_bowl",
                        "instruction": "Put the lemon in the mixing bowl.",
                    }
                ]
            },
            "episodes": {"demonstrations": amount.demonstrations, "style": style},
            "cameras": [],
            "render": {"keyframes": 0, "videos": False},
        }
    )
