"""`train`: a reference policy from a dataset's demonstrations."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .common import DatasetPath, Json, emit, expected_errors, table


class PolicyName(StrEnum):
    """The reference policies."""

    mlp = "mlp"
    transformer = "transformer"
    rnn = "rnn"
    flow = "flow"
    cnn = "cnn"
    nearest = "nearest"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(train)


def train(
    dataset: DatasetPath,
    out: Annotated[
        Path,
        typer.Option(help="Folder of the checkpoint; absent or empty.", show_default=False),
    ],
    policy: Annotated[PolicyName, typer.Option(help="Which policy.")] = PolicyName.mlp,
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task", help="A task's id or instruction; can be repeated.", show_default="all"
        ),
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            "--also",
            help="Another dataset of the same tasks, such as corrections; can be repeated.",
        ),
    ] = None,
    demonstrations: Annotated[
        int | None,
        typer.Option(min=1, help="How many, the first ones.", show_default="all"),
    ] = None,
    camera: Annotated[
        list[str] | None,
        typer.Option("--camera", help="Of a policy that sees; can be repeated."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    chunk: Annotated[int, typer.Option(min=1, max=256, help="Actions predicted at once.")] = 10,
    width: Annotated[int, typer.Option(min=8, max=4096, help="Of hidden layers.")] = 256,
    batch: Annotated[int, typer.Option(min=1, max=65_536, help="Samples of a batch.")] = 128,
    turned: Annotated[
        int,
        typer.Option(
            min=0, max=64, help="Copies of each demonstration, turned about the first joint."
        ),
    ] = 12,
    keypoints: Annotated[
        bool,
        typer.Option(
            help="Also tell the policy where handles, openings, and contacts of grasps are."
        ),
    ] = False,
    noise: Annotated[
        float,
        typer.Option(min=0, max=1, help="Added to what is seen, in standard deviations."),
    ] = 0.02,
    pixels: Annotated[
        int,
        typer.Option(
            min=16, max=1024, help="Longer side of the pictures seen; larger ones are shrunk."
        ),
    ] = 96,
    shift: Annotated[
        int,
        typer.Option(min=0, max=64, help="Pixels by which pictures are moved at random, at most."),
    ] = 4,
    saves: Annotated[
        int, typer.Option(min=1, max=100, help="Checkpoints, evenly spread over the steps.")
    ] = 1,
    json: Json = False,
) -> None:
    """Train a reference policy from a dataset's demonstrations.

    All but `nearest` need PyTorch, the extra `learn`; a GPU is used where there is one.
    """
    with expected_errors():
        from ...generators.learners.records.cards import TrainSpec
        from ..training import train_policy

        spec = TrainSpec(
            policy=policy.value,
            seed=seed,
            steps=steps,
            batch=batch,
            width=width,
            chunk=chunk,
            turned=turned,
            keypoints=keypoints,
            noise=noise,
            pixels=pixels,
            shift=shift,
            saves=saves,
        )
        card = train_policy(
            dataset,
            spec,
            out,
            tasks=tuple(task or ()),
            count=demonstrations,
            cameras=camera,
            also=tuple(also or ()),
            say=_say,
        )
        if json:
            emit({"checkpoint": str(out), **card.model_dump(mode="json")})
        else:
            table(
                [
                    ("policy", policy.value),
                    ("demonstrations", f"{card.demonstrations}, {card.samples} steps"),
                    ("batches", str(card.step)),
                    ("loss", f"{card.loss:.4f}"),
                    ("checkpoint", str(out)),
                ]
            )


def _say(step: int, loss: float) -> None:
    if step % 1000 == 0:
        typer.echo(f"step {step}: loss {loss:.4f}", err=True)
