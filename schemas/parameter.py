"""A Parameter: a constant, a distribution, or a sweep. Everything controllable is one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, cast

import numpy as np
from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from .base import Model
from .locations import misplaced

Value = bool | int | float | str | tuple[float, ...]
Scalar = int | float
LARGEST = 2**63 - 1
"""The greatest whole number that can be drawn."""


class Constant(Model):
    """Always `value`."""

    kind: Literal["constant"] = "constant"
    value: Value

    def sample(self, rng: np.random.Generator) -> Value:
        """The value; `rng` is not used."""
        del rng
        return self.value


class Uniform(Model):
    """Uniform over [low, high]; whole numbers, both ends included, when both ends are whole."""

    kind: Literal["uniform"] = "uniform"
    uniform: tuple[Scalar, Scalar]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.uniform
        if low > high:
            raise misplaced(f"low {low} is above high {high}; write [low, high]", "uniform")
        if isinstance(low, int) and isinstance(high, int):
            if low < -LARGEST - 1 or high > LARGEST:
                raise misplaced(f"{low} to {high} is beyond -2^63 to 2^63 - 1", "uniform")
        elif not math.isfinite(float(high) - float(low)):
            raise misplaced(f"{low} to {high} is wider than floating-point numbers go", "uniform")
        return self

    def sample(self, rng: np.random.Generator) -> Value:
        """One draw."""
        low, high = self.uniform
        if isinstance(low, int) and isinstance(high, int):
            return int(rng.integers(low, high + 1))
        return float(rng.uniform(low, high))


class Normal(Model):
    """Normal with the given mean and standard deviation."""

    kind: Literal["normal"] = "normal"
    normal: tuple[float, float]

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.normal[1] < 0:
            raise misplaced(f"standard deviation {self.normal[1]} is negative", "normal")
        if not math.isfinite(abs(self.normal[0]) + 100 * self.normal[1]):
            raise misplaced(f"{list(self.normal)} can exceed floating-point numbers", "normal")
        return self

    def sample(self, rng: np.random.Generator) -> Value:
        """One draw."""
        return float(rng.normal(*self.normal))


class Choice(Model):
    """One of the listed values, each equally likely."""

    kind: Literal["choice"] = "choice"
    choice: Annotated[tuple[Value, ...], Field(min_length=1)]

    def sample(self, rng: np.random.Generator) -> Value:
        """One draw."""
        return self.choice[int(rng.integers(len(self.choice)))]


class Sweep(Model):
    """Every listed value in turn, all else frozen; `sample` gives the first."""

    kind: Literal["sweep"] = "sweep"
    sweep: Annotated[tuple[Value, ...], Field(min_length=1)]

    def sample(self, rng: np.random.Generator) -> Value:
        """The first value: what a context without sweeps uses."""
        del rng
        return self.sweep[0]


@dataclass(frozen=True)
class Within:
    """An annotation of a Parameter: all that it gives are numbers from `low` to `high`."""

    low: float
    high: float

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check after the Parameter itself is read."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, parameter: Any) -> Any:
        outside = None if parameter is None else beyond(parameter, self.low, self.high)
        if outside is not None:
            raise misplaced(f"{outside}; allowed are numbers from {self.low} to {self.high}")
        return parameter


KINDS = ("uniform", "normal", "choice", "sweep")


def _read(raw: Any) -> Any:
    """Turn what a person writes into the tagged form that the union reads."""
    if isinstance(raw, dict):
        written = cast(dict[object, Any], raw)
        if "kind" in written:
            return written
        found = [kind for kind in KINDS if kind in written]
        if len(found) != 1:
            keys = sorted(str(key) for key in written)
            raise misplaced(f"{keys} is no distribution; write one of {', '.join(KINDS)}")
        return {"kind": found[0], **written}
    if isinstance(raw, Model):
        return raw
    return {"kind": "constant", "value": raw}


Parameter = Annotated[
    Annotated[Constant | Uniform | Normal | Choice | Sweep, Field(discriminator="kind")],
    BeforeValidator(_read),
]


def bounds(parameter: Constant | Uniform | Normal | Choice | Sweep) -> tuple[float, float] | None:
    """The least and greatest number a parameter can give; None where it is not numeric.

    A normal distribution is bounded at four standard deviations.
    """
    match parameter:
        case Uniform(uniform=(low, high)):
            return float(low), float(high)
        case Normal(normal=(mean, deviation)):
            return mean - 4 * deviation, mean + 4 * deviation
        case Constant(value=value):
            values: tuple[Value, ...] = (value,)
        case Choice(choice=values) | Sweep(sweep=values):
            pass
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return (min(numbers), max(numbers)) if len(numbers) == len(values) else None


def listed(parameter: Constant | Uniform | Normal | Choice | Sweep) -> tuple[Value, ...]:
    """The values that a parameter names; none of a distribution over a range."""
    match parameter:
        case Constant(value=value):
            return (value,)
        case Choice(choice=values) | Sweep(sweep=values):
            return values
        case _:
            return ()


def beyond(
    parameter: Constant | Uniform | Normal | Choice | Sweep, low: float, high: float
) -> str | None:
    """A parameter's values that are no number from `low` to `high`, in words; None if nothing.

    A normal distribution is bounded at four standard deviations.
    """
    for value in listed(parameter):
        if isinstance(value, tuple):
            return f"{list(value)} is no number; write {{sweep: [...]}} or {{choice: [...]}}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{value!r} is no number"
        if not low <= value <= high:
            return f"{value} is out of range"
    extent = bounds(parameter)
    if extent is not None and not low <= extent[0] <= extent[1] <= high:
        return f"it can give {extent[0]:g} to {extent[1]:g}"
    return None
