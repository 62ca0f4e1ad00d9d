"""The path that a camera moves along: what a person writes, and what a scene has."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Vec3
from .locations import misplaced

Degrees = Annotated[float, Field(ge=-3600, le=3600)]
Elevation = Annotated[float, Field(ge=-89, le=89)]
Distance = Annotated[float, Field(ge=0.05, le=20)]


class WaypointSpec(Model):
    """One stop of a tour; what is left out stays as at the stop before, at first the camera's."""

    look_at: str | None = None
    """An object's name, the support, or `room`."""
    azimuth: Degrees | None = None
    """Degrees about the vertical; it turns by the difference, so 350 to 370 is a short way."""
    elevation: Elevation | None = None
    """Degrees above the horizon."""
    distance: Distance | None = None
    """Metres from what it looks at."""


class PathSpec(Model):
    """A path about what the camera looks at, from its own azimuth, elevation and distance."""

    kind: Literal["orbit", "dome", "tour"]
    """A circle, a spiral over the upper half of the sphere, or a way past `waypoints`."""
    views: Annotated[int, Field(ge=1, le=1000)] = 12
    """Still frames along it, evenly spread."""
    turns: Annotated[float, Field(ge=-20, le=20)] | None = None
    """Turns about the vertical, counter-clockwise from above: 1 of an orbit, 3 of a dome."""
    elevation: tuple[Elevation, Elevation] | None = None
    """Degrees where a dome begins and ends; 10 and 80 unless said."""
    waypoints: tuple[WaypointSpec, ...] = ()
    """Of a tour; each leg takes as long as any other."""
    seconds: Annotated[float, Field(gt=0, le=600)] | None = None
    """How long it takes, after which the camera stays; left out, an episode's whole time, and 10
    for stills."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "tour") != bool(self.waypoints):
            raise misplaced("exactly `kind: tour` takes them", "waypoints")
        if self.kind == "tour" and len(self.waypoints) < 2:
            raise misplaced("a tour has at least 2", "waypoints")
        if self.kind == "tour" and self.turns is not None:
            raise misplaced("an orbit or a dome takes them, a tour has `waypoints`", "turns")
        if self.kind != "dome" and self.elevation is not None:
            raise misplaced("a dome takes two; others use the camera's own", "elevation")
        return self


class Waypoint(Model):
    """A place on a sphere about what the camera looks at."""

    target: Vec3
    """Metres in the world."""
    azimuth: float
    """Degrees; it counts on over whole turns."""
    elevation: float
    """Degrees."""
    distance: float
    """Metres."""


class CameraPath(Model):
    """Places that a camera passes at even intervals of time; between, each number runs smoothly.

    Numbers are interpolated by monotone cubics (Fritsch and Carlson 1980), which overshoot none.
    """

    waypoints: Annotated[tuple[Waypoint, ...], Field(min_length=2)]
    views: int
    """Still frames along it."""
    closed: bool
    """It ends where it began: stills leave out the end."""
    seconds: float | None = None
    """How long it takes; None is an episode's whole time, and 10 for stills."""
