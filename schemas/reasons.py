"""Why scenes, layouts and assets are refused: a `Refusal` is data, its sentence is rendered.

Code compares kinds and names of objects, never sentences: those are for people, and for the
files that keep them (`Scene.refused`, `refused.json`, the records of assets).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class RefusalKind(StrEnum):
    """A reason for a refusal, with the template of its sentence and what to try.

    Templates name fields of `Refusal`: `{0}` is its first object, `{all}` are all of them,
    `{because}` are its reasons, `{words[0]}` and `{numbers[0]}` the rest. Sentences are stored
    in datasets: another template gives other bytes.

    Attributes:
        sentence: the template.
        remedy: what to try.
    """

    sentence: str
    remedy: str

    def __new__(cls, value: str, sentence: str, remedy: str) -> Self:
        """Keep the template and the remedy beside the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence, member.remedy = sentence, remedy
        return member

    # Layout: an object finds no place.
    NO_PLACE = (
        "no_place",
        "no place for {0} ({because})",
        "leave out objects, or state poses that leave room",
    )
    OFF_SUPPORT = ("off_support", "off the {0}", "state a pose nearer to the middle of the support")
    OUT_OF_REACH = ("out_of_reach", "out of reach", "state a pose nearer to the robot")
    TOUCHES = (
        "touches",
        "it touches {0}",
        "state poses farther apart, or let them shift with `scene.adjust`",
    )
    TOO_CLOSE = ("too_close", "too close to others", "leave out objects")
    IN_THE_WAY = (
        "in_the_way",
        "in the way of a door or drawer",
        "state a pose beside what opens, or `in_front_of` it",
    )
    OWN_DOOR_BLOCKED = (
        "own_door_blocked",
        "its door or drawer would be blocked",
        "turn what opens, or leave room before it",
    )
    DOES_NOT_FIT_INSIDE = (
        "does_not_fit_inside",
        "does not fit inside {0}",
        "choose a smaller object or a larger container",
    )
    DOES_NOT_FIT_ON = (
        "does_not_fit_on",
        "does not fit on {0}",
        "choose a smaller object or a larger carrier",
    )
    NOTHING_TO_CROWD = (
        "nothing_to_crowd",
        "nothing to crowd on the {0}",
        "put an object on the support, or leave out `clutter.around`",
    )
    RELATION_LOST = (
        "relation_lost",
        "{0} is not {words[0]} {1}",
        "state relations that agree with each other and with the poses",
    )
    OTHER_LEVEL = (
        "other_level",
        "{0} is on level {words[0]}, not {words[1]}",
        "choose a `level` with room for the object",
    )
    SEVERAL = ("several", "{because}", "see each of them")

    # Settling: a scene does not stay as it was laid out.
    PENETRATION = (
        "penetration",
        "penetration of more than {numbers[0]:g mm}",
        "state poses farther apart",
    )
    RESTLESS = ("restless", "{0} does not come to rest", "put it elsewhere, or choose another one")
    STRAYS = (
        "strays",
        "{0} does not stay where it is put",
        "put it on something level, away from edges",
    )
    TOPPLES = ("topples", "{0} topples", "choose an object with a wider base")

    # What the scene is for.
    SEES_NOTHING = (
        "sees_nothing",
        "camera {words[0]} sees nothing of {all}",
        "move the camera, or have it look at what the scene is about",
    )
    GOAL_HOLDS = ("goal_holds", "the goal holds already", "ask for what is not so at the start")
    START_LACKS = (
        "start_lacks",
        "the start lacks {words[0]}",
        "leave the fact out, or objects that stand against it",
    )
    NO_PLAN = (
        "no_plan",
        "no plan with these assets",
        "change the goal, or the categories of its objects",
    )
    TOO_LARGE_FOR_TOP = (
        "too_large_for_top",
        "{0} does not fit on {1}, as the goal asks",
        "choose categories that fit, or give the objects their sizes with `extents`",
    )
    TOO_LARGE_FOR_INSIDE = (
        "too_large_for_inside",
        "{0} does not fit inside {1}, as the goal asks",
        "choose categories that fit, or give the objects their sizes with `extents`",
    )
    NO_FAILURE = (
        "no_failure",
        "no state of a failed rollout is left",
        "ask for fewer demonstrations, or evaluate with more rollouts",
    )
    UNREACHABLE = (
        "unreachable",
        "{0} cannot be {words[0]} {1} ({words[1]})",
        "place the objects nearer to the robot, with more room about them",
    )
    UNREACHABLE_WITH_TOOL = (
        "unreachable_with_tool",
        "{0} cannot be {words[0]} {1} with {2} ({words[1]})",
        "place the objects nearer to the robot, or choose another tool",
    )
    HANDLES_OUT_OF_REACH = (
        "handles_out_of_reach",
        "the handles of {0} are out of reach",
        "turn its front towards the robot, and nearer",
    )
    SWITCHES_OUT_OF_REACH = (
        "switches_out_of_reach",
        "the switches of {0} are out of reach",
        "turn its switches towards the robot, and nearer",
    )

    # Rooms: what is left out, and what has to be put elsewhere.
    NOTHING_SUITS = (
        "nothing_suits",
        "nothing suits as {words[0]}",
        "add a library that offers the category",
    )
    NO_PLACE_IN_ROOM = ("no_place_in_room", "no place for {0}", "ask for a larger `size`")
    ROOM_TOO_FULL = (
        "room_too_full",
        "{numbers[0]:.1f} m by {numbers[1]:.1f} m hold {numbers[2]:.0f} things, not"
        " {numbers[3]:.0f}",
        "ask for fewer `objects` or a larger `size`",
    )
    ROOM_RESTLESS = (
        "room_restless",
        "no rest in {numbers[0]:.0f} rounds of repair",
        "ask for fewer `objects`",
    )
    THING_PENETRATES = ("thing_penetrates", "penetrates", "nothing: it is put elsewhere")
    THING_STRAYS = ("thing_strays", "does not stay", "nothing: it is put elsewhere")
    THING_TOPPLES = ("thing_topples", "topples", "nothing: it is put elsewhere")
    THING_RESTLESS = ("thing_restless", "does not come to rest", "nothing: it is put elsewhere")

    # Assets that no scene should use.
    ASSET_UNSEEN = (
        "asset_unseen",
        "has nothing to see: no link has visuals",
        "give it visual geometry",
    )
    ASSET_UNTOUCHED = (
        "asset_untouched",
        "has nothing to touch: no link has collision pieces",
        "give it collision geometry",
    )
    ASSET_NOT_FINITE = (
        "asset_not_finite",
        "has vertices that are not finite",
        "repair the mesh",
    )
    ASSET_EXTENTS = (
        "asset_extents",
        "extents say {numbers[0]:.3f} x {numbers[1]:.3f} x {numbers[2]:.3f} m, the geometry"
        " measures {numbers[3]:.3f} x {numbers[4]:.3f} x {numbers[5]:.3f} m",
        "state the extents of the geometry, in metres",
    )
    ASSET_FRAME = (
        "asset_frame",
        "its bottom centre lies at {numbers[0]:.3f} x {numbers[1]:.3f} x {numbers[2]:.3f} m in"
        " its own frame, not at 0",
        "move its geometry so that its bottom centre is the origin",
    )
    ASSET_PIECES_OUTSIDE = (
        "asset_pieces_outside",
        "collision pieces reach {numbers[0]:.0f mm} out of what is seen",
        "shrink or move the collision geometry",
    )
    ASSET_DENSITY = (
        "asset_density",
        "{numbers[0]:.3g} kg in a box of {numbers[1]:.3f} x {numbers[2]:.3f} x {numbers[3]:.3f} m"
        " is {numbers[4]:.3g} kg/m^3 (allowed: {numbers[5]:g} to {numbers[6]:g})",
        "correct the mass or the scale",
    )
    ASSET_MOMENTS = (
        "asset_moments",
        "link {words[0]}: no body has principal moments {numbers[0]:.3g}, {numbers[1]:.3g},"
        " {numbers[2]:.3g} kg m^2",
        "correct the inertia of the link",
    )
    ASSET_GYRATION = (
        "asset_gyration",
        "link {words[0]}: radius of gyration {numbers[0]:.3g mm} does not fit its diagonal of"
        " {numbers[1]:.3g mm}",
        "correct the inertia of the link",
    )
    ASSET_MASS_OUTSIDE = (
        "asset_mass_outside",
        "link {words[0]}: centre of mass {numbers[0]:.3f} x {numbers[1]:.3f} x {numbers[2]:.3f} m"
        " lies outside it",
        "correct the centre of mass of the link",
    )
    ASSET_RANGE = (
        "asset_range",
        "joint {words[0]}: the range {numbers[0]:g} to {numbers[1]:g} has no closed position 0",
        "state a range that begins at or holds 0",
    )
    ASSET_AXIS = (
        "asset_axis",
        "joint {words[0]}: the axis ({numbers[0]}, {numbers[1]}, {numbers[2]}) is not of unit"
        " length",
        "state an axis of length 1",
    )
    ASSET_UNCOMPILED = (
        "asset_uncompiled",
        "does not compile: {words[0]}",
        "correct what MuJoCo names",
    )
    ASSET_SELF_CONTACT = (
        "asset_self_contact",
        "its links penetrate each other by {numbers[0]:.1f mm} when closed",
        "leave free space between the links",
    )
    ASSET_SELF_CONTACT_AT = (
        "asset_self_contact_at",
        "its links penetrate each other by {numbers[0]:.1f mm} with {words[0]} at {numbers[1]:.3g}",
        "leave free space between the links, or shorten the range of the joint",
    )
    ASSET_BREAKS_DOWN = (
        "asset_breaks_down",
        "the simulation breaks down after {numbers[0]:.2f} s",
        "correct masses, inertias and damping",
    )
    ASSET_FLIES_OFF = (
        "asset_flies_off",
        "flies off at {numbers[0]:.1f} m/s",
        "leave free space between its collision pieces",
    )
    ASSET_TOP_HEAVY = (
        "asset_top_heavy",
        "topples: its centre of mass lies {numbers[0]:.0f mm} outside its base",
        "turn it upright, or correct its centre of mass",
    )
    ASSET_TOPPLES = (
        "asset_topples",
        "topples: it tilts by {numbers[0]:.0f degrees}",
        "turn it upright, or correct its centre of mass",
    )
    ASSET_RESTLESS = (
        "asset_restless",
        "does not come to rest in {numbers[0]:g} s: still {numbers[1]:.3f} m/s and"
        " {numbers[2]:.2f} rad/s",
        "correct its collision geometry and inertia",
    )
    ASSET_SINKS = (
        "asset_sinks",
        "sinks {numbers[0]:.1f mm} deep",
        "correct its mass and collision geometry",
    )
    ASSET_JOINT_CREEPS = (
        "asset_joint_creeps",
        "joint {words[0]} moves by itself to {numbers[0]:.3g} of {numbers[1]:.3g} to"
        " {numbers[2]:.3g}",
        "give the joint friction or damping, or a spring that holds it",
    )
    ASSET_LICENCE = (
        "asset_licence",
        "licence {words[0]} does not permit commercial use; `allow_noncommercial: true` in the"
        " spec's `assets`, or --allow-noncommercial, admits it",
        "admit it, or choose another asset",
    )
    ASSET_SAME_SHAPE = (
        "asset_same_shape",
        "has the shape of {0}; asked for by id it is used",
        "ask for it by id",
    )


@dataclass(frozen=True)
class Refusal:
    """Why something is refused. Equal refusals count as one in a `Counter`.

    Attributes:
        kind: the reason.
        objects: names of what is refused, then of what stands in the way.
        because: reasons below this one.
        numbers: metres, radians, kilograms and seconds, as the kind's template says.
        words: what else the sentence says: a joint, a relation, a cause, a fact.
    """

    kind: RefusalKind
    objects: tuple[str, ...] = ()
    because: tuple[Refusal, ...] = ()
    numbers: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sentence; reasons below that read alike are said once."""
        return self.kind.sentence.format(
            *self.objects,
            all=", ".join(self.objects),
            because=", ".join(dict.fromkeys(map(str, self.because))),
            numbers=[_Quantity(number) for number in self.numbers],
            words=self.words,
        )

    def has(self, kinds: Iterable[RefusalKind]) -> bool:
        """Whether this refusal, or one below it, is of one of these kinds."""
        wanted = frozenset(kinds)
        return self.kind in wanted or any(reason.has(wanted) for reason in self.because)


class _Quantity(float):
    """A number that formats itself in millimetres (`.0f mm`) or degrees (`.0f degrees`)."""

    def __format__(self, spec: str) -> str:
        if spec.endswith(" mm"):
            return f"{float(self) * 1000:{spec.removesuffix(' mm')}} mm"
        if spec.endswith(" degrees"):
            return f"{math.degrees(self):{spec.removesuffix(' degrees')}} degrees"
        return format(float(self), spec)


def together(refusals: Iterable[Refusal]) -> Refusal | None:
    """Several refusals as one, in their order; None where there are none."""
    found = tuple(refusals)
    if len(found) == 1:
        return found[0]
    return Refusal(RefusalKind.SEVERAL, because=found) if found else None


def sentences(counts: Mapping[Refusal, int]) -> dict[str, int]:
    """How often each sentence is said, the most frequent first, then in alphabetical order.

    Refusals that differ and read alike are added up.
    """
    said: Counter[str] = Counter()
    for refusal, count in counts.items():
        said[str(refusal)] += count
    return dict(sorted(said.items(), key=lambda item: (-item[1], item[0])))
