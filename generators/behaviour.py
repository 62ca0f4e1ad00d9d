"""How different the solutions to one task are: behaviour entropy.

A solution becomes a word: the order of its skills; the side from which each object was taken; the
direction from which the hand came; where the object was put down. All of it is read from the
stored states, not from what the planner says. The entropy of these words over successful solutions
is the behaviour entropy of D3IL (Jia et al., Towards Diverse Behaviors, 2024) in one context, in
bits: 0 where all are alike, log2 of their number where no two are.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from ..scenes.geometry import Array, rotation
from ..scenes.mujoco_model import CompiledScene
from ..schemas import Episode, EpisodeArrays, Subtask
from .object_paths import object_poses

CENTRED = 0.01
"""What is nearer to the middle is at no side, metres."""
STEEP = math.cos(math.radians(30))
"""Share of a direction that points down, from which on it counts as from above."""
QUADRANTS = ("front", "left", "back", "right")
"""Away from the robot's base along +x, then counterclockwise."""


@dataclass(frozen=True)
class Solution:
    """One solution in words.

    Attributes:
        order: its skills with their arguments.
        side: where each object was held, by subtask: a quadrant about its middle, or, where it
            was held in the middle, `along` or `across` the robot's x axis.
        approach: where the hand came from: `above`, or the quadrant towards which it went.
        placement: the quadrant about the target's middle in which the object lies, or `middle`.
    """

    order: tuple[str, ...]
    side: tuple[str, ...]
    approach: tuple[str, ...]
    placement: tuple[str, ...]


FACTORS = ("order", "side", "approach", "placement")


def solution(episode: Episode, arrays: EpisodeArrays, compiled: CompiledScene) -> Solution:
    """What was done in an episode; what failed on the way does not count.

    Args:
        episode: the record.
        arrays: its numbers.
        compiled: its scene.
    """
    done = [x for x in episode.subtasks if x.success]
    names = {name for part in done for name in part.arguments if name in compiled.objects}
    poses = object_poses(compiled, arrays.qpos, sorted(names))
    # Objects come in the order of their names: which was first is told by `order` alone.
    held = sorted((x for x in done if x.interaction is not None), key=lambda x: x.arguments)
    return Solution(
        order=tuple(f"{x.skill}({', '.join(x.arguments)})" for x in done),
        side=tuple(_side(x, poses[x.arguments[0]], arrays.tool) for x in held),
        approach=tuple(_approach(arrays.tool[x.interaction or 0]) for x in held),
        placement=tuple(_place(x, poses) for x in held if len(x.arguments) > 1),
    )


def _side(part: Subtask, thing: Array, tool: Array) -> str:
    step = part.interaction or 0
    offset = tool[step, :2] - thing[step, :2]
    if np.hypot(*offset) >= CENTRED:
        return _quadrant(offset)
    closing = rotation(tool[step, 3:])[:2, 1]
    return "along" if abs(closing[0]) >= abs(closing[1]) else "across"


def _approach(tool: Array) -> str:
    advance = rotation(tool[3:])[:, 2]
    return "above" if -advance[2] >= STEEP else _quadrant(advance[:2])


def _place(part: Subtask, poses: dict[str, Array]) -> str:
    thing, target = part.arguments[0], part.arguments[-1]
    if target not in poses:
        return "middle"
    offset = poses[thing][part.end, :2] - poses[target][part.end, :2]
    return _quadrant(offset) if np.hypot(*offset) >= CENTRED else "middle"


def _quadrant(offset: Array) -> str:
    bearing = math.atan2(offset[1], offset[0])
    return QUADRANTS[round(bearing / (math.pi / 2)) % 4]


def entropy(words: Iterable[Hashable]) -> float:
    """Shannon entropy of the frequencies of words, bits; 0 where there are none."""
    counts = Counter(words)
    total = sum(counts.values())
    return sum(-n / total * math.log2(n / total) for n in counts.values())
