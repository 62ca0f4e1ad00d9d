"""Why an attempt, or a part of it, fails: one `Cause` for each reason, and `Failure` for reports.

The value of a cause is what episodes store, so it never changes. A search that refuses every
candidate has a cause of its own and says what most candidates failed of: both are a `Failure`.
Skills of other packages add causes of their own, each a `SkillCause`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """A reason why a task or a step of it does not come about; `CAUSES` says what each means."""

    NO_PLAN = "no_plan"
    NODE_LIMIT = "node_limit"
    TIME_LIMIT = "time_limit"

    UNREACHABLE = "unreachable"
    COLLISION = "collision"
    NO_PATH = "no_path"
    NO_TIMING = "no_timing"
    STUCK = "stuck"

    NO_GRASP = "no_grasp"
    PLACEMENT = "placement"
    NO_CANDIDATE = "none"
    NO_ROOM = "no_room"
    TARGET_MOVED = "target_moved"
    GRASP_MISSED = "grasp_missed"
    GRASP_SLIPPED = "grasp_slipped"
    DROPPED = "dropped"
    TOPPLED = "toppled"

    NO_HANDLE = "no_handle"
    HANDLE_SLIPPED = "handle_slipped"
    NOT_CLOSED = "not_closed"
    NO_SWITCH = "no_switch"
    NO_STROKE = "no_stroke"
    NOT_SWITCHED = "not_switched"

    BLOCKED = "blocked"
    NO_PUSH = "no_push"
    NO_BETTER = "no_better"
    NOT_PUSHED = "not_pushed"
    NO_DRAG = "no_drag"
    NOT_FLAT = "not_flat"
    NO_CONTACT = "no_contact"
    NOT_SLID = "not_slid"
    FIXED = "fixed"
    NOT_SWEPT = "not_swept"
    TOOL_MISSED = "tool_missed"
    TOOL_LOST = "tool_lost"

    INSERTION_STUCK = "insertion_stuck"
    NO_VESSEL = "no_vessel"
    NO_POUR = "no_pour"
    VESSEL_TURNED = "vessel_turned"
    NOT_POURED = "not_poured"
    SPILLED = "spilled"

    EFFECT_MISSING = "effect_missing"
    RESULT_UNSTABLE = "result_unstable"
    OUT_OF_PLACE = "out_of_place"
    ORDER_BROKEN = "order_broken"


@dataclass(frozen=True)
class SkillCause:
    """A reason that a plug-in of skills adds; its text, `PLUGIN.NAME`, is what episodes store.

    Attributes:
        plugin: name of the plug-in that declares it, such as `nudging`.
        name: of the cause, such as `still_apart`; it never changes.
        sentence: template of an error's message, in which `{0}` is the first of its objects:
            `{0} does not touch {1}`.
        info: what it means to a reader.
    """

    plugin: str
    name: str
    sentence: str
    info: CauseInfo

    def __post_init__(self) -> None:
        """Refuse what cannot be told apart in the text of a failure.

        Raises:
            ValueError: the name is not of lower-case letters, digits and underscores.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(
                f"{self.name!r} names no cause: write a lower-case letter, then such letters, "
                "digits and underscores"
            )

    def __str__(self) -> str:
        """As episodes store it."""
        return f"{self.plugin}.{self.name}"


@dataclass(frozen=True)
class Failure:
    """A cause, and, where a search refused every candidate, what most of them failed of.

    Its text is what episodes store: `no_grasp_placement_collision` says that no grasp works, most
    because of the placement, and most placements because something is in the way.

    Attributes:
        kind: the cause.
        mostly: the most frequent failure of the candidates; None where there were none.
    """

    kind: Cause | SkillCause
    mostly: Failure | None = None

    def __iter__(self) -> Iterator[Cause | SkillCause]:
        """The causes, from this one to that of the innermost candidates."""
        yield self.kind
        if self.mostly is not None:
            yield from self.mostly

    def __str__(self) -> str:
        """The causes joined by underscores."""
        return "_".join(map(str, self))

    def told(self, objects: tuple[str, ...]) -> str:
        """A sentence about these objects: the cause's own, or what the cause means."""
        if isinstance(self.kind, SkillCause):
            return self.kind.sentence.format(*objects)
        return CAUSES[self.kind].meaning


@dataclass(frozen=True)
class CauseInfo:
    """The meaning of a cause to a reader.

    Attributes:
        meaning: what happened.
        remedy: what to try; empty where another seed or scene is all that helps.
        compound: the cause of a search, followed by what most of its candidates failed of.
    """

    meaning: str
    remedy: str = ""
    compound: bool = False


CAUSES: Mapping[Cause, CauseInfo] = {
    Cause.NO_PLAN: CauseInfo(
        "no sequence of skills leads to the goal: a contradiction, a container that the object "
        "does not fit into, something that cannot be lifted",
        "change the goal, or the categories of its objects",
    ),
    Cause.NODE_LIMIT: CauseInfo(
        "the symbolic search reached its limit of nodes without a plan", "use fewer objects"
    ),
    Cause.TIME_LIMIT: CauseInfo("the time of the episode is over", "raise `episodes.max_seconds`"),
    Cause.UNREACHABLE: CauseInfo(
        "the arm has no configuration there, or cannot follow the line",
        "place objects nearer to the robot",
    ),
    Cause.COLLISION: CauseInfo(
        "the arm, or what it holds, would hit something", "leave more room between objects"
    ),
    Cause.NO_PATH: CauseInfo(
        "both ends of a motion are free, and no path between them was found",
        "leave more room between objects",
    ),
    Cause.NO_TIMING: CauseInfo("a path cannot be timed within the limits of the joints"),
    Cause.STUCK: CauseInfo("the hand finds no way back from where it let go"),
    Cause.NO_GRASP: CauseInfo(
        "no part is narrow enough for the hand; with a suffix, grasps exist and most of them "
        "fail of it",
        "choose smaller objects, or a gripper that opens wider",
        compound=True,
    ),
    Cause.PLACEMENT: CauseInfo(
        "the object is in the hand, or could be, and no placement at the target works",
        "choose a larger target, or place it nearer to the robot",
        compound=True,
    ),
    Cause.NO_CANDIDATE: CauseInfo("no candidate was left to try; only as a suffix"),
    Cause.NO_ROOM: CauseInfo(
        "nothing where the object should go is large enough", "choose a larger target"
    ),
    Cause.TARGET_MOVED: CauseInfo("the object moved before the hand closed"),
    Cause.GRASP_MISSED: CauseInfo("the hand closed on nothing"),
    Cause.GRASP_SLIPPED: CauseInfo("the object did not come along when it was lifted"),
    Cause.DROPPED: CauseInfo("the object was lost on the way"),
    Cause.TOPPLED: CauseInfo("the object fell over"),
    Cause.NO_HANDLE: CauseInfo(
        "a joint has no handle, and no panel to push; with a suffix, most ways to move it fail "
        "of it",
        compound=True,
    ),
    Cause.HANDLE_SLIPPED: CauseInfo("the joint was pulled and did not open far enough"),
    Cause.NOT_CLOSED: CauseInfo("the joint was pushed and did not close far enough"),
    Cause.NO_SWITCH: CauseInfo("the object has no switch that can be turned on"),
    Cause.NO_STROKE: CauseInfo(
        "a switch has no surface that can be pushed or turned; with a suffix, most strokes fail "
        "of it",
        "turn the object so that its switch faces the robot",
        compound=True,
    ),
    Cause.NOT_SWITCHED: CauseInfo("the switch was moved and is not where it should be"),
    Cause.BLOCKED: CauseInfo(
        "something stands where an object should be pushed or swept, or where the tool goes",
        "leave more room between objects",
    ),
    Cause.NO_PUSH: CauseInfo(
        "no side of the object can be pushed towards the goal; with a suffix, most strokes fail "
        "of it",
        "allow more solvers in `episodes.solvers`",
        compound=True,
    ),
    Cause.NO_BETTER: CauseInfo("no stroke that was tried in simulation brings the object nearer"),
    Cause.NOT_PUSHED: CauseInfo("the object was pushed and did not arrive"),
    Cause.NO_DRAG: CauseInfo(
        "the object cannot be dragged towards the goal; with a suffix, most drags fail of it",
        compound=True,
    ),
    Cause.NOT_FLAT: CauseInfo("the top of the object is not level under the fingertips"),
    Cause.NO_CONTACT: CauseInfo("the fingertips found nothing to press on"),
    Cause.NOT_SLID: CauseInfo("the object was dragged and did not arrive"),
    Cause.FIXED: CauseInfo("the object is fixed and cannot be swept"),
    Cause.NOT_SWEPT: CauseInfo("the object was swept and did not arrive"),
    Cause.TOOL_MISSED: CauseInfo("the tool did not come along when it was lifted"),
    Cause.TOOL_LOST: CauseInfo("the tool slipped out of the hand"),
    Cause.INSERTION_STUCK: CauseInfo("the peg stands on the rim, jams, or the arm cannot follow"),
    Cause.NO_VESSEL: CauseInfo(
        "one of the two objects is no open vessel", "choose vessels that are open at the top"
    ),
    Cause.NO_POUR: CauseInfo(
        "no grasp, side and direction to pour work together; with a suffix, most fail of it",
        "place the vessels nearer to the robot",
        compound=True,
    ),
    Cause.VESSEL_TURNED: CauseInfo(
        "the vessel turned in the hand, and the arm cannot tilt it any more"
    ),
    Cause.NOT_POURED: CauseInfo("grains stayed in the vessel"),
    Cause.SPILLED: CauseInfo("grains fell beside the target"),
    Cause.EFFECT_MISSING: CauseInfo("a skill was carried out and its effect does not hold"),
    Cause.RESULT_UNSTABLE: CauseInfo("the goal held and did not last one second"),
    Cause.OUT_OF_PLACE: CauseInfo("something left its place, and no step brings it back"),
    Cause.ORDER_BROKEN: CauseInfo(
        "something came about before what the task's order puts first, such as by a bump"
    ),
}
"""What each cause means, in the order of `Cause`."""
