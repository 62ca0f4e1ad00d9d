"""The language-model proposer: any OpenAI-compatible endpoint, every answer checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs

if TYPE_CHECKING:
    from ....scenes.assets.library import AssetLibrary
    from ...proposing.endpoint import Endpoint

ASSEMBLY = (
    "bddl", "coacd", "embreex", "fast-simplification", "frankik", "mujoco", "numpy", "ompl",
    "pillow", "scipy", "toppra", "trimesh",
)  # fmt: skip
"""Packages that shape which answers become tasks: a scene may have to be assembled to tell."""


class OpenAIProposer:
    """Asks a model for tasks; what does not pass goes back with the reason."""

    summary = "a language model behind any OpenAI-compatible endpoint; every answer is checked"
    needs = Needs(packages=ASSEMBLY)

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        """Use this endpoint; by default the one that the spec names."""
        self._endpoint = endpoint

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`.

        Raises:
            ProposalError: where the endpoint fails, or an answer stays invalid.
        """
        from .asking import asked_tasks

        return asked_tasks(spec, start, stop, earlier, library, self._endpoint)


PLUGIN = OpenAIProposer()
