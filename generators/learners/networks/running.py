"""Networks in use: built by kind, saved as arrays, and run on real numbers."""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch

from ..records.cards import PolicyCard
from ..records.features import Images, Rows
from .network import Sizes

CLASSES = {
    "mlp": "Mlp", "transformer": "Transformer", "rnn": "RecurrentMixture", "flow": "FlowMatching",
    "cnn": "Cnn",
}  # fmt: skip
"""The class in the module of each kind's name."""
SPREAD = 5.0
"""Features are cut off at this many standard deviations, and where the demonstrations end."""
LEAST = 1e-2
"""Standard deviation of a feature, at least: what hardly varies is not blown up."""
CONSTANT = 1e-3
"""Standard deviation below which a feature is not read: a value that never varied, such as the
size of a thing of which there was one, says nothing about any other value."""
_SCALES = (
    "feature_mean", "feature_scale", "feature_low", "feature_high", "action_mean", "action_scale",
)  # fmt: skip


def build(kind: str, sizes: Sizes) -> Any:
    """A fresh network."""
    return getattr(import_module(f"{__package__}.{kind}"), CLASSES[kind])(sizes)


@dataclass(frozen=True)
class Scales:
    """How numbers are normalised.

    Attributes:
        feature_mean: (F,); `feature_scale` likewise, standard deviations; infinite for what is
            not read.
        feature_low: (F,) least normalised value that was demonstrated; `feature_high` likewise
            the greatest. What lies beyond counts as that: a network says anything about a size
            that it has never seen, and the largest seen is the best guess.
        action_mean: (H, A) of the chunks; `action_scale` (A,).
    """

    feature_mean: Rows
    feature_scale: Rows
    feature_low: Rows
    feature_high: Rows
    action_mean: Rows
    action_scale: Rows

    @classmethod
    def of(cls, windows: Rows, chunks: Rows) -> Scales:
        """Of all samples; what hardly varies is not blown up, and what never does is not read."""
        rows = windows[:, -1]
        mean = rows.mean(axis=0, dtype=np.float64)
        spread = rows.std(axis=0, dtype=np.float64)
        scale = np.where(spread < CONSTANT, np.inf, np.maximum(spread, LEAST))
        low, high = (
            np.clip((row - mean) / scale, -SPREAD, SPREAD).astype(np.float32)
            for row in (rows.min(axis=0), rows.max(axis=0))
        )
        return cls(
            mean.astype(np.float32),
            scale.astype(np.float32),
            low,
            high,
            chunks.mean(axis=0),
            np.maximum(chunks.std(axis=(0, 1)), 1e-3),
        )

    def windows(self, windows: Any) -> Any:
        """Features (..., F) normalised."""
        normalised = (windows - self.feature_mean) / self.feature_scale
        return np.clip(normalised, self.feature_low, self.feature_high)


@dataclass(frozen=True)
class Running:
    """A trained network, and how its numbers are normalised."""

    network: Any
    scales: Scales
    cameras: tuple[str, ...]

    def predict(self, window: Rows, images: Images, seed: tuple[int, ...]) -> Rows:
        """See `Predictor`."""
        generator = torch.Generator()
        generator.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
        given = torch.from_numpy(self.scales.windows(window)[None].astype(np.float32))
        seen = None
        if self.cameras:
            seen = pictures(np.stack([images[name] for name in self.cameras])[None])
        with torch.inference_mode():
            chunk = self.network.predict(given, seen, generator)[0].numpy()
        found: Rows = chunk * self.scales.action_scale + self.scales.action_mean
        return found.astype(np.float32)


def pictures(images: Any) -> Any:
    """Pictures (B, C, H, W, 3) uint8 as a tensor (B, C, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(images, -1, 2))).float() / 255.0


def arrays_of(network: Any, scales: Scales) -> dict[str, Rows]:
    """All that is saved."""
    found = {name: getattr(scales, name) for name in _SCALES}
    for name, value in network.state_dict().items():
        found[f"network.{name}"] = value.detach().cpu().numpy()
    return found


def load_network(card: PolicyCard, weights: dict[str, Rows]) -> Running:
    """The network of a checkpoint, on the processor and on one thread."""
    torch.set_num_threads(1)
    scales = Scales(*(weights[name] for name in _SCALES))
    sizes = Sizes(
        features=len(scales.feature_mean), history=card.train.history,
        horizon=card.train.horizon, actions=len(scales.action_scale), width=card.train.width,
        cameras=len(card.cameras),
    )  # fmt: skip
    network = build(card.train.policy, sizes)
    state = {
        name.removeprefix("network."): torch.from_numpy(value)
        for name, value in weights.items()
        if name.startswith("network.")
    }
    network.load_state_dict(state)
    network.eval()
    return Running(network, scales, card.cameras)
