"""The one training function: samples in, checkpoints out."""

# torch is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...schemas import DatasetError
from .nearest import Nearest
from .networks import check_torch
from .records.cards import CARD, WEIGHTS, PolicyCard, TrainSpec
from .records.features import Rows
from .samples import Samples

SHOWN = 100
"""Batches between two reports, and over which the loss is averaged."""
CHECKPOINTS = "checkpoints"
Say = Callable[[int, float], None]
"""Told the step and the loss, now and then."""


@dataclass(frozen=True)
class Trained:
    """Weights after some steps.

    Attributes:
        step: batches so far.
        loss: mean over the last hundred.
        arrays: what is saved.
    """

    step: int
    loss: float
    arrays: dict[str, Rows]


def train(samples: Samples, spec: TrainSpec, card: PolicyCard, out: Path, say: Say) -> PolicyCard:
    """Train a policy and save its checkpoints.

    The same samples, spec, and versions give the same bytes on a processor.

    Args:
        samples: to learn from.
        spec: how.
        card: all of the card but the step and the loss.
        out: a folder that is absent or empty; it becomes the last checkpoint, and
            `checkpoints/STEP` holds the earlier ones.
        say: is told of the progress.

    Raises:
        DatasetError: `out` holds files.
        BackendMissingError: PyTorch is not installed.
    """
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out} holds files; choose another folder with --out")
    trained = _nearest(samples) if spec.policy == "nearest" else _steps(samples, spec, card, say)
    last, arrays = card, dict[str, Rows]()
    for one in trained:
        arrays = one.arrays
        last = card.model_copy(update={"step": one.step, "loss": one.loss})
        if spec.saves > 1:
            _save(out / CHECKPOINTS / f"{one.step:08d}", last, one.arrays)
    _save(out, last, arrays)
    return last


def _nearest(samples: Samples) -> Iterator[Trained]:
    yield Trained(0, 0.0, Nearest.of(samples.windows(), samples.chunks()).arrays())


def _save(folder: Path, card: PolicyCard, arrays: dict[str, Rows]) -> None:
    """The weights first: a folder with a card is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = io.BytesIO()
    np.savez(raw, **arrays)  # type: ignore[arg-type]
    (folder / WEIGHTS).write_bytes(raw.getvalue())
    (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _steps(samples: Samples, spec: TrainSpec, card: PolicyCard, say: Say) -> Iterator[Trained]:
    """Train a network; its weights at each save."""
    check_torch(f"--policy {spec.policy}")
    import torch

    from .networks.running import Scales, arrays_of, build

    torch.manual_seed(spec.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    samples = samples.also_turned(spec.turned, spec.seed)
    windows, chunks = samples.windows(), samples.chunks()
    scales = Scales.of(windows, chunks)
    data = _Data.of(samples, scales, card.cameras, windows, chunks, device)
    network = build(spec.policy, data.sizes(spec)).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=spec.rate, weight_decay=spec.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, spec.rate, spec.steps, pct_start=0.05)
    generator = torch.Generator().manual_seed(spec.seed)
    saves = {round(spec.steps * (n + 1) / spec.saves) for n in range(spec.saves)}
    losses: list[Any] = []
    for step in range(1, spec.steps + 1):
        loss = network.loss(data.batch(spec, generator), generator)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        schedule.step()
        losses = [*losses[1 - SHOWN :], loss.detach()]
        if step % SHOWN and step not in saves:
            continue
        mean = float(torch.stack(losses).mean())
        say(step, mean)
        if step in saves:
            yield Trained(step, mean, arrays_of(network, scales))


@dataclass(frozen=True)
class _Data:
    """All samples as tensors."""

    windows: Any
    chunks: Any
    past: Any
    images: Any
    device: Any

    @classmethod
    def of(
        cls,
        samples: Samples,
        scales: Any,
        cameras: tuple[str, ...],
        windows: Rows,
        chunks: Rows,
        device: Any,
    ) -> _Data:
        import torch

        def tensor(values: Any) -> Any:
            return torch.from_numpy(np.asarray(values, dtype=np.float32)).to(device)

        past = (samples.past() - scales.action_mean[0]) / scales.action_scale
        images = None
        if cameras:
            # Kept as bytes: as numbers they would take four times the memory.
            images = torch.from_numpy(samples.images(cameras))
        return cls(
            tensor(scales.windows(windows)),
            tensor((chunks - scales.action_mean) / scales.action_scale),
            tensor(past),
            images,
            device,
        )

    def sizes(self, spec: TrainSpec) -> Any:
        from .networks.network import Sizes

        return Sizes(
            features=self.windows.shape[2], history=spec.history, horizon=spec.horizon,
            actions=self.chunks.shape[2], width=spec.width,
            cameras=0 if self.images is None else self.images.shape[1], shift=spec.shift,
        )  # fmt: skip

    def batch(self, spec: TrainSpec, generator: Any) -> Any:
        """Samples drawn at random, with replacement."""
        import torch

        from .networks.network import Batch

        chosen = torch.randint(len(self.windows), (spec.batch,), generator=generator)
        window = self.windows[chosen.to(self.device)]
        if spec.noise:
            noise = torch.randn(window.shape, generator=generator).to(self.device)
            window = window + spec.noise * noise
        images = None
        if self.images is not None:
            images = self.images[chosen].to(self.device).float() / 255.0
        at = chosen.to(self.device)
        return Batch(window, self.chunks[at], self.past[at], images)
