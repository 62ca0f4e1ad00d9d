"""Whether a replay comes to the outcome that a certificate states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...schemas import DatasetError
from ...schemas.certificate import Certificate
from .making import states_hash
from .reading import Certified

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True)
class CertificateCheck:
    """What a replay found.

    Attributes:
        id: of the attempt.
        stated: whether the certificate says that the goal is reached.
        reached: whether the replay reaches it, in the order of the task.
        exact: whether all states are those of the certificate, to the bit.
        deviation: the greatest difference of a position or velocity at the end.
    """

    id: str
    stated: bool
    reached: bool
    exact: bool
    deviation: float

    @property
    def holds(self) -> bool:
        """Whether the replay comes to what the certificate states of the goal."""
        return self.reached == self.stated


def check(certified: Certified) -> CertificateCheck:
    """Repeat an attempt from its certificate.

    Raises:
        DatasetError: the state, the actions or the outcome do not belong to the scene.
        CousinsError: the scene cannot be compiled, or the goal is none.
    """
    from ...tasks.physics.replay import Recording, repeat

    told = certified.certificate
    states: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []
    recorded = Recording(
        name=told.id,
        initial_state=np.array(told.initial_state, dtype=np.float64),
        actions=np.array(told.actions, dtype=np.float32),
        hz=told.hz,
        disturbances=told.disturbances,
        looks=frozenset(told.looks),
    )
    reached = repeat(
        certified.scene,
        certified.assets,
        told.task,
        recorded,
        lambda qpos, qvel: states.append((qpos.copy(), qvel.copy())),
    )
    final = np.concatenate(states[-1])
    return CertificateCheck(
        id=told.id,
        stated=told.outcome.reached,
        reached=reached,
        exact=states_hash(states) == told.outcome.states,
        deviation=_deviation(told, final),
    )


def _deviation(told: Certificate, final: npt.NDArray[np.float64]) -> float:
    stated = np.array(told.outcome.final)
    if stated.shape != final.shape:
        raise DatasetError(
            f"{told.id}: the outcome has {len(stated)} positions and velocities, its scene "
            f"{len(final)}; they do not belong together"
        )
    return float(np.abs(stated - final).max())
