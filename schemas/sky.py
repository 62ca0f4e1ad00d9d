"""Sun and sky: what a person writes of them, and what a scene has."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Model, Vec3
from .colours import HELP, is_colour
from .locations import misplaced
from .parameter import Constant, Parameter, Uniform, Within, listed


class SunSpec(Model):
    """The sun. Pictures are exposed for 560 lux; that of a clear noon gives 100,000."""

    intensity: Annotated[Parameter, Within(0, 200_000)] = Constant(value=450.0)
    """Lux on what faces it."""
    azimuth: Annotated[Parameter, Within(-360, 360)] = Uniform(uniform=(0.0, 360.0))
    """Degrees about the vertical, 0 from the front (+x)."""
    elevation: Annotated[Parameter, Within(2, 90)] = Uniform(uniform=(20.0, 65.0))
    """Degrees above the horizon."""
    temperature: Annotated[Parameter, Within(1000, 20_000)] | None = None
    """Kelvin; left out, its light is as the air leaves it: white at noon, red when it is low."""


class SkySpec(Model):
    """A clear sky about the sun, or an overcast one where there is no sun."""

    intensity: Annotated[Parameter, Within(0, 200_000)] = Constant(value=220.0)
    """Lux of the whole sky on open level ground."""
    turbidity: Annotated[Parameter, Within(1.2, 8)] = Constant(value=2.0)
    """Optical thickness of air with its haze over that of pure air: 2 is very clear, 8 hazy."""
    ground: Parameter = Constant(value="#8c8577")
    """Colour of the land around, up to the horizon: by name or `#rrggbb`."""

    @model_validator(mode="after")
    def _coloured(self) -> Self:
        named = listed(self.ground)
        wrong = [value for value in named if not isinstance(value, str) or not is_colour(value)]
        if wrong or not named:
            got = repr(wrong[0]) if wrong else "a range of numbers"
            raise misplaced(f"{got}; allowed are {HELP}", "ground")
        return self


class Sun(Model):
    """The sun as it stands."""

    direction: Vec3
    """Unit vector along which it shines."""
    intensity: Annotated[float, Field(ge=0)]
    """Lux on what faces it."""
    colour: Vec3 | None = None
    """Linear RGB, the greatest at 1; None is what the air leaves of white."""


class Sky(Model):
    """The sky as it is."""

    intensity: Annotated[float, Field(ge=0)]
    """Lux of the whole sky on open level ground."""
    turbidity: Annotated[float, Field(ge=1)]
    """Optical thickness of air and haze over that of air."""
    ground: Vec3
    """Linear RGB of the land around."""
