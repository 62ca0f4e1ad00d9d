"""A reference policy: a small transformer gives chunks of actions for observations and queries."""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .network import Batch, Sizes

LAYERS, HEADS = 3, 4


class Transformer(nn.Module):  # type: ignore[misc]
    """One token for each observation and one query for each action; no dropout."""

    def __init__(self, sizes: Sizes) -> None:
        """Tokens are learned, as their places are."""
        super().__init__()
        width = max(HEADS, sizes.width // HEADS * HEADS)
        self.embed = nn.Linear(sizes.features, width)
        self.places = nn.Parameter(torch.randn(sizes.history, width) * 0.02)
        self.queries = nn.Parameter(torch.randn(sizes.horizon, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, HEADS, 2 * width, dropout=0.0, activation="gelu", batch_first=True,
            norm_first=True,
        )  # fmt: skip
        self.encoder = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, sizes.actions))
        self._horizon = sizes.horizon

    def loss(self, batch: Batch, generator: Any) -> Any:
        """See `Network`."""
        return (self.predict(batch.window, None, generator) - batch.chunk).abs().mean()

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """See `Network`."""
        del images, generator
        seen = self.embed(window) + self.places
        queries = self.queries.expand(len(window), -1, -1)
        return self.head(self.encoder(torch.cat([seen, queries], dim=1))[:, -self._horizon :])
