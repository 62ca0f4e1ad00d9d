"""Inertias of a model that no rigid body can have."""

from __future__ import annotations

from typing import Any

import numpy as np

from .opened import note

SLACK = 1e-3
"""Share by which a moment may exceed the sum of the others, as files round."""


def broken_inertias(spec: Any) -> frozenset[str]:
    """Names of bodies whose stated inertia breaks the triangle rule, each noted.

    Args:
        spec: an MjSpec that is not compiled yet: compiling would balance such inertias.
    """
    found: set[str] = set()
    for body in spec.bodies:
        if not body.explicitinertial:
            continue
        full = np.array(body.fullinertia, dtype=np.float64)
        moments = np.sort(np.array(body.inertia, dtype=np.float64))
        if np.isfinite(full).all():
            xx, yy, zz, xy, xz, yz = full
            moments = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        if moments[2] > (moments[0] + moments[1]) * (1 + SLACK):
            found.add(str(body.name))
            note(
                f"the inertia of {str(body.name)!r} can be that of no rigid body; that of its "
                "shape is used"
            )
    return frozenset(found)
