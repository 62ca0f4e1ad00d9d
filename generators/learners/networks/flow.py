"""Action chunks by flow matching (Lipman et al., 2023), as recent policies have it.

A network says in which direction a noisy chunk moves towards a demonstrated one; a rollout
begins with noise and follows that direction in a few steps.
"""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .network import Batch, Sizes, perceptron

STEPS = 10
"""Of integration, by Euler's method."""
WAVES = 16
"""Frequencies by which the time is given."""


class FlowMatching(nn.Module):  # type: ignore[misc]
    """The velocity of a chunk on the straight way from noise to what was demonstrated."""

    def __init__(self, sizes: Sizes) -> None:
        """Observation, noisy chunk, and time in; a velocity out."""
        super().__init__()
        self._shape = (sizes.horizon, sizes.actions)
        flat = sizes.horizon * sizes.actions
        inputs = sizes.features + flat + 2 * WAVES
        self.layers = perceptron(inputs, 2 * sizes.width, flat, layers=4)
        self.register_buffer("waves", torch.arange(1, WAVES + 1) * torch.pi)

    def loss(self, batch: Batch, generator: Any) -> Any:
        """The squared error of the velocity at a random time."""
        chunk = batch.chunk
        device = chunk.device
        noise = torch.randn(chunk.shape, generator=generator).to(device)
        time = torch.rand((len(chunk), 1, 1), generator=generator).to(device)
        velocity = self._velocity(batch.window, noise + time * (chunk - noise), time[:, :, 0])
        return ((velocity - (chunk - noise)) ** 2).mean()

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """See `Network`."""
        del images
        shape = (len(window), *self._shape)
        chunk = torch.randn(shape, generator=generator).to(window.device)
        for step in range(STEPS):
            time = torch.full((len(window), 1), step / STEPS, device=window.device)
            chunk = chunk + self._velocity(window, chunk, time) / STEPS
        return chunk

    def _velocity(self, window: Any, chunk: Any, time: Any) -> Any:
        angles = time * self.waves
        given = [window[:, -1], chunk.flatten(1), torch.sin(angles), torch.cos(angles)]
        return self.layers(torch.cat(given, dim=1)).reshape(-1, *self._shape)
