"""Action chunks from pictures, by a small convolutional network for a processor.

Each camera has four layers of convolutions, whose maps become points: where, on average, each
feature is seen (spatial softmax; Levine et al., 2016).
"""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .network import Batch, Sizes, perceptron

CHANNELS = (16, 32, 32, 32)


class Cnn(nn.Module):  # type: ignore[misc]
    """Pictures and the robot's state in, a chunk out; the loss is the mean absolute error."""

    def __init__(self, sizes: Sizes) -> None:
        """An encoder for each camera."""
        super().__init__()
        self._shape, self._shift = (sizes.horizon, sizes.actions), sizes.shift
        self.cameras = nn.ModuleList([_Points() for _ in range(sizes.cameras)])
        inputs = sizes.features + sizes.cameras * 2 * CHANNELS[-1]
        self.layers = perceptron(inputs, sizes.width, sizes.horizon * sizes.actions)

    def loss(self, batch: Batch, generator: Any) -> Any:
        """See `Network`."""
        seen = shifted(batch.images, self._shift, generator)
        predicted = self.predict(batch.window, seen, generator)
        return (predicted - batch.chunk).abs().mean()

    def predict(self, window: Any, images: Any, generator: Any) -> Any:
        """See `Network`."""
        del generator
        seen = [camera(images[:, number]) for number, camera in enumerate(self.cameras)]
        return self.layers(torch.cat([window[:, -1], *seen], dim=1)).reshape(-1, *self._shape)


def shifted(images: Any, most: int, generator: Any) -> Any:
    """Pictures (B, C, 3, H, W), each moved by up to so many pixels; edges are repeated.

    What is learned from few demonstrations then is what pictures show, not which pixels do
    (Yarats et al., 2021).
    """
    if most == 0:
        return images
    batch, cameras, _, height, width = images.shape
    wide = nn.functional.pad(images.flatten(0, 1), (most,) * 4, mode="replicate")
    moves = torch.randint(2 * most + 1, (batch * cameras, 2), generator=generator).tolist()
    moved = [
        picture[:, down : down + height, across : across + width]
        for picture, (down, across) in zip(wide, moves, strict=True)
    ]
    return torch.stack(moved).reshape(images.shape)


class _Points(nn.Module):  # type: ignore[misc]
    """A picture (B, 3, H, W) as points (B, 2 * channels) in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        parts: list[Any] = []
        for before, after in zip((3, *CHANNELS), CHANNELS, strict=False):
            stride = 2 if before != after or before == 3 else 1
            parts += [nn.Conv2d(before, after, 3, stride, 1), nn.GELU()]
        self.layers = nn.Sequential(*parts)

    def forward(self, picture: Any) -> Any:
        maps = self.layers(picture - 0.5)
        _, _, height, width = maps.shape
        share = torch.softmax(maps.flatten(2), dim=-1).reshape(maps.shape)
        rows = torch.linspace(-1, 1, height, device=maps.device)
        columns = torch.linspace(-1, 1, width, device=maps.device)
        down = (share.sum(dim=3) * rows).sum(dim=-1)
        across = (share.sum(dim=2) * columns).sum(dim=-1)
        return torch.cat([down, across], dim=1)
