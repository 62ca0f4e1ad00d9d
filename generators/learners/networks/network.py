"""Common parts of all networks: their interface, and plain layers."""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from torch import nn


@dataclass(frozen=True)
class Sizes:
    """Of a network.

    Attributes:
        features: F numbers of an observation.
        history: L observations that it looks back on.
        horizon: H actions that it predicts.
        actions: A numbers of an action.
        width: of its hidden layers.
        cameras: whose pictures it sees.
        shift: pixels by which pictures are moved while it learns, at most.
    """

    features: int
    history: int
    horizon: int
    actions: int
    width: int
    cameras: int = 0
    shift: int = 0


@dataclass(frozen=True)
class Batch:
    """B samples, normalised.

    Attributes:
        window: (B, L, F).
        chunk: (B, H, A) what is to be predicted.
        past: (B, L, A) the action that was taken at each step of the window.
        images: (B, C, 3, H, W) in [0, 1]; None where none are seen.
    """

    window: Any
    chunk: Any
    past: Any
    images: Any


class Network(Protocol):
    """A network over normalised numbers."""

    def loss(self, batch: Batch, generator: Any) -> Any:
        """A scalar to make small; chance comes from the generator."""
        ...

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """(B, H, A) for windows (B, L, F)."""
        ...


def perceptron(inputs: int, width: int, outputs: int, layers: int = 3) -> Any:
    """A multilayer perceptron with layer normalisation and GELU."""
    parts: list[Any] = []
    for number in range(layers):
        parts += [nn.Linear(width if number else inputs, width), nn.LayerNorm(width), nn.GELU()]
    return nn.Sequential(*parts, nn.Linear(width, outputs))
