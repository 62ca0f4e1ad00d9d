"""The nearest demonstrated state, and the actions taken from it: a policy without a network.

Weak, but honest about how well the demonstrations cover the task, and made of NumPy alone
(after Visual Imitation through Nearest Neighbors; Pari et al., 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .records.features import Rows


@dataclass(frozen=True)
class Nearest:
    """Looks up the nearest sample.

    Attributes:
        keys: (S, F) normalised features.
        chunks: (S, H, J + 7) the motions from there on.
        mean: (F,) of features.
        scale: (F,) their standard deviation.
    """

    keys: Rows
    chunks: Rows
    mean: Rows
    scale: Rows

    @classmethod
    def of(cls, windows: Rows, chunks: Rows) -> Nearest:
        """Keep every sample; `windows` (S, 1, F), `chunks` (S, H, J + 7)."""
        rows = windows[:, -1]
        mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-3)
        return cls((rows - mean) / scale, chunks, mean, scale)

    def predict(self, window: Rows) -> Rows:
        """The chunk (H, J + 7) of the sample that is nearest to the last of a window (L, F)."""
        key = (window[-1] - self.mean) / self.scale
        found: Rows = self.chunks[int(np.argmin(((self.keys - key) ** 2).sum(axis=1)))]
        return found

    def arrays(self) -> dict[str, Rows]:
        """The arrays to save."""
        return {
            "keys": self.keys, "chunks": self.chunks, "mean": self.mean, "scale": self.scale,
        }  # fmt: skip
