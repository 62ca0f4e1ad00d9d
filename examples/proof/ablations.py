"""The policy of the lemon task with one part of its acting left out: docs/proof.md says more.

PYTHONPATH=examples/proof cousins evaluate python:ablations:joints \
    --spec examples/proof/lemon_eval.yaml --out out/proof/joints
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cousins.generators.learners.policies import ChunkPolicy, load_policy

CHECKPOINT = Path("out/proof/lemon-policy-0")


def joints() -> ChunkPolicy:
    """Takes the joints that are predicted, and not those that reach the tool's place."""
    return replace(load_policy(CHECKPOINT), reaching=False)


def newest() -> ChunkPolicy:
    """Acts by the newest chunk alone."""
    return replace(load_policy(CHECKPOINT), recency=1000.0)


def slow() -> ChunkPolicy:
    """Older chunks weigh nearly as much as newer ones."""
    return replace(load_policy(CHECKPOINT), recency=0.1)


def openings() -> ChunkPolicy:
    """Opens the hand as far as is predicted, and not as far as was demonstrated."""
    policy = load_policy(CHECKPOINT)
    return replace(policy, card=policy.card.model_copy(update={"openings": ()}))
