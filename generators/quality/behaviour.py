"""How different the solutions to one task are: behaviour entropy.

What a solution does with an object becomes a word of four letters: the order of all skills, the
side at which the object was held, the direction from which the hand came, and where the object was
put down. All of it is read from the stored states, not from what the planner says. The entropy of
the words about an object, over successful solutions, is the behaviour entropy of D3IL (Jia et al.,
Towards Diverse Behaviors, 2024), here in bits: 0 where all solutions treat it alike, log2 of their
number where no two do. Of several objects the mean counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...scenes.core.geometry import Array, rotation
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Episode, EpisodeArrays, SkillCall, Subtask
from .object_paths import object_poses

CENTRED = 0.01
"""What is nearer to the middle is at no side, metres."""
STEEP = math.cos(math.radians(30))
"""Share of a direction that points down, from which on it counts as from above."""
QUADRANTS = ("front", "left", "back", "right")
"""Away from the robot's base along +x, then counterclockwise."""


FACTORS = ("order", "side", "approach", "placement")


@dataclass(frozen=True)
class Handling:
    """A solution's behaviour in one subtask.

    Attributes:
        subject: the skill and its arguments.
        order: all skills of the solution.
        side: where the object was held: a quadrant about its middle, or, where it was held in
            the middle, whether the fingers close `along` or `across` the robot's x axis.
        approach: where the hand came from: `above`, or else the quadrant towards which it went.
        placement: the quadrant about the target's middle in which the object came to lie, or
            `middle`; `none` where nothing was put down.
    """

    subject: str
    order: tuple[str, ...]
    side: str
    approach: str
    placement: str

    @property
    def word(self) -> tuple[Hashable, ...]:
        """All factors."""
        return tuple(getattr(self, factor) for factor in FACTORS)


Solution = tuple[Handling, ...]
"""One solution, by subject."""


def solution(episode: Episode, arrays: EpisodeArrays, compiled: CompiledScene) -> Solution:
    """The solution in an episode; what failed on the way does not count.

    Args:
        episode: the record.
        arrays: its numbers.
        compiled: its scene.
    """
    done = [x for x in episode.subtasks if x.success]
    order = tuple(_subject(x) for x in done)
    names = {name for part in done for name in part.arguments if name in compiled.objects}
    poses = object_poses(compiled, arrays.qpos, sorted(names))
    return tuple(
        Handling(
            subject=_subject(x),
            order=order,
            side=_side(poses[x.arguments[0]][x.interaction], arrays.tool[x.interaction]),
            approach=_approach(arrays.tool[x.interaction]),
            placement=_place(x, poses),
        )
        for x in sorted(done, key=_subject)
        if x.interaction is not None and x.arguments[0] in poses
    )


def behaviour_entropy(solutions: Sequence[Solution], factor: str | None = None) -> float:
    """Bits per subject, the mean over subjects by how often each was dealt with.

    Args:
        solutions: successful ones, to one task in one scene.
        factor: one of FACTORS; None is all of them together.
    """
    words: dict[str, list[Hashable]] = {}
    for handling in (x for found in solutions for x in found):
        word = handling.word if factor is None else getattr(handling, factor)
        words.setdefault(handling.subject, []).append(word)
    total = sum(len(x) for x in words.values())
    return sum(len(x) / total * entropy(x) for x in words.values())


def _subject(part: Subtask) -> str:
    return str(SkillCall(part.skill, part.arguments))


def _side(thing: Array, tool: Array) -> str:
    offset = tool[:2] - thing[:2]
    if np.hypot(*offset) >= CENTRED:
        return _quadrant(offset)
    closing = rotation(tool[3:])[:2, 1]
    return "along" if abs(closing[0]) >= abs(closing[1]) else "across"


def _approach(tool: Array) -> str:
    advance = rotation(tool[3:])[:, 2]
    return "above" if -advance[2] >= STEEP else _quadrant(advance[:2])


def _place(part: Subtask, poses: dict[str, Array]) -> str:
    thing, target = part.arguments[0], part.arguments[-1]
    if target == thing or target not in poses:
        return "none"
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
