"""The simulator `omnigibson`: PhysX through OmniGibson, in an environment of its own."""

from __future__ import annotations

from ....schemas.plugins import Needs
from ...workers.og import environment
from .. import StoredAttempt, Trajectory

USD = "pip install 'cousins[usd]'"


class OmniGibsonSimulator:
    """Carries out attempts of the Franka arm, which OmniGibson has as the Panda."""

    summary = "PhysX through OmniGibson, with its Panda; checked against its interface only"

    @property
    def needs(self) -> Needs:
        """USD files are written here; the rest lies in OmniGibson's environment."""
        return Needs(
            packages=("usd-core",), install=USD, outside=tuple(environment.versions().items())
        )

    def check(self) -> None:
        """Refuse where something is missing.

        Raises:
            BackendMissingError: saying all of it.
        """
        environment.interpreter()

    def execute(self, attempt: StoredAttempt) -> Trajectory:
        """See `Simulator`.

        Raises:
            RunError: OmniGibson has no such robot, the attempt was disturbed, or OmniGibson fails.
            BackendMissingError: it cannot be used here.
        """
        from .executing import execute

        return execute(attempt)


PLUGIN = OmniGibsonSimulator()
