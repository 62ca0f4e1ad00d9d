"""What a learner meets in states that are alike: actions that differ, and where they lead.

Source: Belkhale et al., Data Quality in Imitation Learning, 2023. States and actions are divided
by their standard deviations over all that is judged; neighbours lie within `EPSILON` of each
other. Of more than `MOST` states, evenly spread ones are taken.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import Model
from .measures import Array

EPSILON = 0.25
"""Distance in states divided by their standard deviations."""
MOST = 4000
LEAST_SPREAD = 1e-9
REGULAR = 1e-6
"""Added to the variances of steps, whose determinant would be zero otherwise."""


class Neighbourhood(Model):
    """Measures over neighbours."""

    epsilon: float
    states: int
    """That were looked at."""
    action_divergence: float
    """Mean over states of the variance of actions among their neighbours, summed over components:
    0 where equal states have equal actions."""
    state_similarity: float
    """Mean number of neighbours from other attempts."""
    transition_diversity: float | None
    """Mean entropy of a Gaussian of the steps among neighbours in states and actions, nats; None
    where no state has enough of them."""


def neighbourhood(
    states: Array, actions: Array, steps: Array, attempts: npt.NDArray[np.int_]
) -> Neighbourhood | None:
    """Measure neighbours.

    Args:
        states: (N, D).
        actions: (N, A).
        steps: (N, D) to the next state.
        attempts: (N,) number of the attempt of each.

    Returns:
        None for fewer than two states.
    """
    if len(states) < 2:
        return None
    chosen = np.unique(np.linspace(0, len(states) - 1, min(len(states), MOST)).astype(int))
    near, did = _whitened(states)[chosen], _whitened(actions)[chosen]
    moved, owner = _whitened(steps)[chosen], attempts[chosen]
    groups = _groups(near)
    variances = [float(did[group].var(axis=0).sum()) for group in groups]
    others = [int((owner[group] != owner[i]).sum()) for i, group in enumerate(groups)]
    alike = _groups(np.hstack([near, did]))
    spread = [_entropy(moved[group]) for group in alike if len(group) > moved.shape[1]]
    return Neighbourhood(
        epsilon=EPSILON,
        states=len(chosen),
        action_divergence=float(np.mean(variances)),
        state_similarity=float(np.mean(others)),
        transition_diversity=float(np.mean(spread)) if spread else None,
    )


def _groups(points: Array) -> list[list[int]]:
    """The neighbours of each point (N, D), itself among them."""
    from scipy.spatial import KDTree  # pyright: ignore[reportMissingTypeStubs]

    tree: Any = KDTree(points)
    return [list(group) for group in tree.query_ball_point(points, EPSILON)]


def _whitened(values: Array) -> Array:
    """Values divided by their standard deviations; those that never change are zeros."""
    spread = values.std(axis=0)
    centred = (values - values.mean(axis=0)) / np.maximum(spread, LEAST_SPREAD)
    found: Array = np.where(spread > LEAST_SPREAD, centred, 0.0)
    return found


def _entropy(steps: Array) -> float:
    """Differential entropy of a Gaussian with the covariance of steps (N, D), nats."""
    count = steps.shape[1]
    covariance = np.cov(steps.T).reshape(count, count) + REGULAR * np.eye(count)
    logarithm = float(np.linalg.slogdet(covariance)[1])
    entropy: float = 0.5 * (logarithm + count * math.log(2 * math.pi * math.e))
    return entropy
