"""OmniGibson itself, imported and set up once, for either of its generations.

What is called there is listed in tests/omnigibson/og1.json and og3.json, and checked against them.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import numpy as np

from ..messages import Array

LICENCE = "OMNI_KIT_ACCEPT_EULA"
"""The variable by which a person accepts the licence of Isaac Sim. OmniGibson sets it by itself
when it starts, so that it is not started before it is set."""
ACCEPTED = ("y", "yes", "1", "true")


class LicenceNotAcceptedError(Exception):
    """The licence of Isaac Sim was not accepted by whoever runs this."""


class OmniGibson:
    """OmniGibson's modules, and one environment.

    Attributes:
        og: the module `omnigibson`.
        env: its `Environment`, once opened.
    """

    def __init__(self) -> None:
        """Import.

        Raises:
            LicenceNotAcceptedError: the licence of Isaac Sim is not accepted in the environment's
                variables.
        """
        if os.environ.get(LICENCE, "").strip().lower() not in ACCEPTED:
            raise LicenceNotAcceptedError(f"{LICENCE} is not set")
        os.environ["OMNIGIBSON_HEADLESS"] = "1"
        self.og: Any = import_module("omnigibson")
        self._lazy: Any = import_module("omnigibson.lazy")
        self._torch: Any = import_module("torch")
        # Recipes of cooking and the like need BEHAVIOR's data.
        import_module("omnigibson.macros").gm.ENABLE_TRANSITION_RULES = False
        self.env: Any = None

    @property
    def version(self) -> str:
        """Of OmniGibson."""
        return str(self.og.__version__)

    @property
    def sim(self) -> Any:
        """Its simulator."""
        return self.og.sim

    @property
    def states(self) -> Any:
        """The module with its states of objects."""
        return import_module("omnigibson.object_states")

    def open(self, config: dict[str, Any]) -> None:
        """Make the one environment of this process; Isaac Sim starts with it.

        Args:
            config: as `og.Environment(configs=...)` takes it.
        """
        self.env = self.og.Environment(configs=config)

    def editing(self) -> AbstractContextManager[Any]:
        """Around changes of the stage: the later generation must be told of them."""
        told = getattr(self.sim, "editing_usd", None)
        return nullcontext() if told is None else told()

    def pxr(self, name: str) -> Any:
        """A module of the OpenUSD that Isaac Sim brings."""
        return import_module("pxr." + name)

    def tensor(self, values: Any) -> Any:
        """A tensor of single precision."""
        return self._torch.tensor(np.asarray(values, dtype=np.float32).tolist())

    def annotator(self, name: str, product: Any) -> Any:
        """One of Replicator's annotators, reading what a camera draws."""
        found = self._lazy.omni.replicator.core.AnnotatorRegistry.get_annotator(name)
        with self.editing():
            found.attach([product])
        return found


def array(values: Any) -> Array:
    """The numbers of a tensor or array, on this side."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)
