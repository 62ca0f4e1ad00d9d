"""Turn things on and off by their buttons, toggles, levers, knobs, and taps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....schemas import Asset, Cause, Joint, PlanningError, Refusal, RefusalKind
from ...bddl.formula import Literal
from ...motion.manipulator import Manipulator
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ...symbolic.sentences import spoken
from .motion import choose, past, switch


@dataclass(frozen=True)
class Switching:
    """Move a switch past its `open_fraction`, or all of a thing's switches back."""

    name: str
    about: About
    on: bool

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for everything with a switch that moves that way."""
        for thing, asset in assets.items():
            if not _switches(asset, self.on):
                continue
            state = frozenset({("toggled_on", thing)})
            yield Operator(
                skill=self.name,
                arguments=(thing,),
                phrase=f"turn {'on' if self.on else 'off'} {spoken(thing)}",
                needs=(Literal("toggled_on", (thing,), negated=self.on),),
                adds=state if self.on else frozenset(),
                removes=frozenset() if self.on else state,
                reaches=(thing,),
            )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Move one switch that can be reached on; or all that are on, off.

        Raises:
            PlanningError: none can be reached.
            SkillFailedError: one was tried and is not where it should be.
        """
        (thing,) = operator.arguments
        joints = self._joints(arm, thing)
        if not self.on:
            for joint in joints:
                switch(arm, thing, joint, on=False)
            return
        error = PlanningError(Cause.NO_SWITCH, f"{thing} has nothing to turn on")
        for joint in joints:
            steps = arm.executor.steps
            try:
                switch(arm, thing, joint, on=True)
            except PlanningError as failed:
                if arm.executor.steps > steps:
                    raise
                error = failed
                continue
            return
        raise error

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no switch can be moved from where the robot stands."""
        (thing,) = operator.arguments
        joints = self._joints(arm, thing)
        reached: list[bool] = []
        for joint in joints:
            try:
                choose(arm, thing, joint, self.on)
            except PlanningError:
                reached.append(False)
            else:
                reached.append(True)
                if self.on:
                    break
        well = any(reached) if self.on else all(reached)
        return None if well else Refusal(RefusalKind.SWITCHES_OUT_OF_REACH, (thing,))

    def _joints(self, arm: Manipulator, thing: str) -> list[Joint]:
        """The switches to move, in the order to try them."""
        joints = _switches(arm.compiled.asset_of(thing), self.on)
        joints = [joints[int(i)] for i in arm.rng.permutation(len(joints))]
        return [joint for joint in joints if past(arm, thing, joint) != self.on]


def _switches(asset: Asset, on: bool) -> list[Joint]:
    """The switches that fingers can move that way: a push button only goes in."""
    handled = {handle.joint for handle in asset.handles}
    return [
        joint
        for joint in asset.joints
        if joint.controls == "switch" and (on or joint.kind == "hinge" or joint.name in handled)
    ]


HOW = "pushes or turns the switch's part"
TURN_ON = Switching(
    "turn_on",
    About(
        summary="turns a thing on by its switch",
        prompt="turn_on(a): moves a switch of a, which is toggleable; makes toggled_on(a)",
        effects=("toggled_on",),
        needs="a switch that is not on",
        brings_about="`toggled_on(thing)`",
        how=HOW,
        done="turned on",
        suites=("press", "turn"),
    ),
    on=True,
)
TURN_OFF = Switching(
    "turn_off",
    About(
        summary="turns a thing off by its switches",
        prompt="turn_off(a): moves the switches of a back; a push button only goes in; makes "
        "toggled_on(a) false",
        effects=("toggled_on",),
        needs="a switch that is on and that fingers can move back: a flush push button only goes "
        "in",
        brings_about="`not toggled_on(thing)`",
        how=HOW,
        done="turned off",
        suites=("turn_off",),
    ),
    on=False,
)
PLUGIN = SkillPlugin((TURN_ON, TURN_OFF))
