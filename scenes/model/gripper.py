"""A gripper's one number: from the opening between the fingertips to its joints, and back."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from ...schemas import GripperSpec

Array = npt.NDArray[np.float64]


class Gripper:
    """How the joints and actuators of a gripper follow the opening.

    Args:
        spec: of the gripper.
    """

    def __init__(self, spec: GripperSpec) -> None:
        """Read where each joint begins and ends."""
        self._openings = spec.openings
        self._together, self._travel = _ends(spec, tuple(spec.joints))
        self._drives_together, self._drives_travel = _ends(spec, tuple(spec.drives.values()))

    def fingers(self, opening: float) -> Array:
        """Positions (F,) of the finger joints at an opening in metres."""
        return self._together + self._share(opening) * self._travel

    def controls(self, opening: float) -> Array:
        """Controls (A,) of the gripper's actuators that command an opening in metres."""
        return self._drives_together + self._share(opening) * self._drives_travel

    def opening(self, fingers: Array) -> float:
        """Opening, metres, at positions (F,) of the finger joints."""
        return self._opening(float(((fingers - self._together) / self._travel).mean()))

    def commanded(self, controls: Array) -> float:
        """Opening, metres, that controls (A,) of the gripper's actuators command."""
        shares = (controls - self._drives_together) / self._drives_travel
        return self._opening(float(shares.mean()))

    def _share(self, opening: float) -> float:
        """Of the joints' travel, at an opening; beyond the ends it goes on as at the end."""
        last = len(self._openings) - 2
        step = min(max(bisect_right(self._openings, opening) - 1, 0), last)
        low, high = self._openings[step], self._openings[step + 1]
        return (step + (opening - low) / (high - low)) / (last + 1)

    def _opening(self, share: float) -> float:
        last = len(self._openings) - 2
        place = share * (last + 1)
        step = min(max(int(place), 0), last)
        low, high = self._openings[step], self._openings[step + 1]
        return low + (place - step) * (high - low)


def _ends(spec: GripperSpec, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Positions with the fingertips together, and how far they move until apart."""
    ends = np.array([spec.joints[name] for name in names])
    return ends[:, 0], ends[:, 1] - ends[:, 0]
