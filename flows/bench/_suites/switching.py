"""Suites of turning things on and off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .case import Case, Suite, case, one

PRESSED = (
    "loudspeaker.n.01",
    "fire_alarm.n.02",
    "toaster.n.02",
    "rice_cooker.n.01",
    "switch.n.01",
    "faucet.n.01",
)
TURNED = ("table_lamp.n.01", "radio_receiver.n.01", "coffee_maker.n.01", "toaster_oven.n.01",
          "stove.n.01", "switch.n.01", "faucet.n.01")  # fmt: skip


def _press(number: int, rng: np.random.Generator) -> Case:
    """Something on, by a button, a toggle, or a lever."""
    return case(number, {"thing": one(rng, *PRESSED)}, "(toggled_on thing)", clutter=1)


def _turn(number: int, rng: np.random.Generator) -> Case:
    """Something on, by a knob or a tap."""
    return case(number, {"thing": one(rng, *TURNED)}, "(toggled_on thing)", clutter=1)


def _turn_off(number: int, rng: np.random.Generator) -> Case:
    """Something off."""
    things = {"thing": one(rng, *PRESSED[1:], *TURNED)}
    return case(number, things, "(not (toggled_on thing))", "(toggled_on thing)", clutter=1)


SUITES: Mapping[str, Suite] = {"press": _press, "turn": _turn, "turn_off": _turn_off}
