"""Cameras that move: paths from what was asked for, and where on one a camera stands."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...schemas import Camera, CameraPath, PathSpec, SpecError, Waypoint
from ..core.geometry import Array, look_at, sphere_point, vec3

STILLS_SECONDS = 10.0
"""How long a path takes for stills, where its spec does not say."""
SPIRAL = 33
"""Waypoints of a dome: between them its numbers are as good as linear."""


def camera_path(
    spec: PathSpec, start: Waypoint, targets: Mapping[str, Array], place: str
) -> CameraPath:
    """A concrete path.

    Args:
        spec: what was asked for.
        start: where the camera would stand without it.
        targets: (3,) world position of each thing that can be looked at, metres.
        place: of the camera in the spec, for messages.

    Raises:
        SpecError: where a waypoint looks at something that is not there.
    """
    turns = spec.turns
    if spec.kind == "orbit":
        turns = 1.0 if turns is None else turns
        waypoints: tuple[Waypoint, ...] = (
            start,
            _moved(start, azimuth=start.azimuth + 360 * turns),
        )
    elif spec.kind == "dome":
        waypoints = _dome(start, 3.0 if turns is None else turns, spec.elevation or (10.0, 80.0))
    else:
        waypoints = _tour(spec, start, targets, place)
    closed = spec.kind == "orbit" and turns is not None and turns != 0 and turns % 1 == 0
    return CameraPath(waypoints=waypoints, views=spec.views, closed=closed, seconds=spec.seconds)


def along(camera: Camera, share: float) -> Camera:
    """A camera where it stands after a share in [0, 1] of its path, still; others as they are."""
    path = camera.path
    if path is None:
        return camera
    x, y, z, azimuth, elevation, distance = _place(path, share)
    target = np.array([x, y, z])
    eye = target + distance * sphere_point(azimuth, elevation)
    update = {"pos": vec3(eye), "quat": look_at(eye, target), "target": vec3(target), "path": None}
    return camera.model_copy(update=update)


def share_at(path: CameraPath, time: float, lasts: float) -> float:
    """How much of a path lies behind a camera.

    Args:
        path: its path.
        time: since it set off, seconds.
        lasts: how long a path takes that does not say, seconds.
    """
    return float(np.clip(time / (path.seconds or lasts), 0.0, 1.0)) if lasts else 0.0


def view_shares(path: CameraPath) -> tuple[float, ...]:
    """Where its still frames are, as shares of the path."""
    ends = path.views if path.closed else max(path.views - 1, 1)
    return tuple(number / ends for number in range(path.views))


def _place(path: CameraPath, share: float) -> tuple[float, ...]:
    from scipy.interpolate import PchipInterpolator  # pyright: ignore[reportMissingTypeStubs]

    rows = np.array(
        [(*stop.target, stop.azimuth, stop.elevation, stop.distance) for stop in path.waypoints]
    )
    times = np.linspace(0.0, 1.0, len(rows))
    if len(rows) == 2:
        row = rows[0] + share * (rows[1] - rows[0])
    else:
        row = PchipInterpolator(times, rows)(share)
    return tuple(float(number) for number in row)


def _dome(start: Waypoint, turns: float, elevation: tuple[float, float]) -> tuple[Waypoint, ...]:
    """A spiral that gives every part of the sphere its share: its height grows evenly."""
    shares = np.linspace(0.0, 1.0, SPIRAL)
    low, high = np.sin(np.radians(elevation))
    rise = np.degrees(np.arcsin(low + shares * (high - low)))
    return tuple(
        _moved(start, azimuth=start.azimuth + 360 * turns * float(share), elevation=float(up))
        for share, up in zip(shares, rise, strict=True)
    )


def _tour(
    spec: PathSpec, start: Waypoint, targets: Mapping[str, Array], place: str
) -> tuple[Waypoint, ...]:
    stops: list[Waypoint] = []
    for number, asked in enumerate(spec.waypoints):
        before = stops[-1] if stops else start
        update = asked.model_dump(exclude_none=True, exclude={"look_at"})
        if asked.look_at is not None:
            if asked.look_at not in targets:
                raise SpecError(
                    f"{place}.path.waypoints[{number}].look_at: {asked.look_at!r}; "
                    f"allowed: {sorted(targets)}"
                )
            update["target"] = vec3(targets[asked.look_at])
        stops.append(_moved(before, **update))
    return tuple(stops)


def _moved(stop: Waypoint, **update: object) -> Waypoint:
    return stop.model_copy(update=update)
