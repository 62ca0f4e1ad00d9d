"""Behaviour cloning with action chunks by a multilayer perceptron."""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

from torch import nn

from .network import Batch, Sizes, perceptron


class Mlp(nn.Module):  # type: ignore[misc]
    """The last observation in, a chunk out; the loss is the mean absolute error."""

    def __init__(self, sizes: Sizes) -> None:
        """Three hidden layers."""
        super().__init__()
        self._shape = (sizes.horizon, sizes.actions)
        self.layers = perceptron(sizes.features, sizes.width, sizes.horizon * sizes.actions)

    def loss(self, batch: Batch, generator: Any) -> Any:
        """See `Network`."""
        return (self.predict(batch.window, None, generator) - batch.chunk).abs().mean()

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """See `Network`."""
        del images, generator
        return self.layers(window[:, -1]).reshape(-1, *self._shape)
