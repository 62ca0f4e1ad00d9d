"""BC-RNN-GMM, as robomimic has it (Mandlekar et al., 2021) and ACDC uses it.

An LSTM reads the last ten observations; at each a mixture of five Gaussians says which action
is taken. At a rollout the mean of the likeliest Gaussian is taken, with little noise off.
"""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .network import Batch, Sizes

MODES, LAYERS, LEAST = 5, 2, 1e-2
"""Gaussians, layers of the LSTM, and the least standard deviation."""


class RecurrentMixture(nn.Module):  # type: ignore[misc]
    """Actions of each step of a window by maximum likelihood."""

    def __init__(self, sizes: Sizes) -> None:
        """Two layers of LSTM."""
        super().__init__()
        self._actions = sizes.actions
        self.embed = nn.Sequential(nn.Linear(sizes.features, sizes.width), nn.GELU())
        self.lstm = nn.LSTM(sizes.width, sizes.width, LAYERS, batch_first=True)
        self.head = nn.Linear(sizes.width, MODES * (2 * sizes.actions + 1))

    def loss(self, batch: Batch, generator: Any) -> Any:
        """The negative log-likelihood of the actions, per number of an action."""
        del generator
        logits, mean, deviation = self._mixture(batch.window)
        error = (batch.past[:, :, None] - mean) / deviation
        each = (-0.5 * error**2 - torch.log(deviation)).sum(dim=-1)
        likelihood = torch.logsumexp(torch.log_softmax(logits, dim=-1) + each, dim=-1)
        return -likelihood.mean() / self._actions

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """See `Network`; one action."""
        del images, generator
        logits, mean, _ = self._mixture(window)
        best = logits[:, -1].argmax(dim=-1)
        return mean[torch.arange(len(window)), -1, best][:, None]

    def _mixture(self, window: Any) -> tuple[Any, Any, Any]:
        """Logits (B, L, M), means and deviations (B, L, M, A)."""
        out = self.head(self.lstm(self.embed(window))[0])
        out = out.reshape(*out.shape[:2], MODES, 2 * self._actions + 1)
        mean, raw = out[..., 1 : self._actions + 1], out[..., self._actions + 1 :]
        return out[..., 0], mean, nn.functional.softplus(raw) + LEAST
