"""`quality` and `curate`: how good the demonstrations of a dataset are, and which to train with."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import DatasetPath, Json, emit, expected_errors, table

if TYPE_CHECKING:
    from ...generators.quality.assessment import Assessment, TaskQuality
    from ...generators.quality.measures import Spread


class CuratedSplit(StrEnum):
    """Which scenes to take demonstrations of."""

    train = "train"
    val = "val"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(quality)
    app.command()(curate)


def quality(dataset: DatasetPath, json: Json = False) -> None:
    """Measure demonstrations and labels, by task and over all."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.quality.assessment import assess

        found = assess(Dataset(dataset))
        if json:
            emit(found.model_dump(mode="json"))
        else:
            _show(found)


def curate(
    dataset: DatasetPath,
    out: Annotated[
        Path, typer.Option(help="The list to write; `cousins export --only` takes it.")
    ] = Path("curated.txt"),
    near: Annotated[
        float,
        typer.Option(min=0, help="Metres; attempts of tools nearer than this are the same."),
    ] = 0.01,
    balance: Annotated[
        bool, typer.Option("--balance", help="As many of each task as the smallest one has.")
    ] = False,
    per_task: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many of a task: the smoothest.", show_default=False),
    ] = None,
    split: Annotated[
        CuratedSplit | None,
        typer.Option(help="Only scenes to train with, or those held back.", show_default=False),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="So many to train with; larger sets hold the smaller ones.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Choose demonstrations to train with, and list their ids."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.quality.curation import curate as choose
        from ...schemas import DatasetError, SpecError

        if size is not None and split is CuratedSplit.val:
            raise SpecError("--size is of training sets; leave out --size, or write --split train")
        found = choose(
            Dataset(dataset),
            near=near,
            balance=balance,
            per_task=per_task,
            split=None if split is None else split.value,
            size=size,
        )
        if not found.kept:
            raise DatasetError(f"{dataset} has no demonstrations to choose from")
        lines = [f"# of {dataset.name}: {len(found.kept)} of {found.demonstrations}", *found.kept]
        try:
            out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            raise DatasetError(f"{out} cannot be written: {error.strerror}") from error
        if json:
            emit({**asdict(found), "list": str(out)})
        else:
            table(
                [
                    ("demonstrations", str(found.demonstrations)),
                    ("near-duplicates", str(found.duplicates)),
                    ("surplus", str(found.surplus)),
                    ("of another split or size", str(found.elsewhere)),
                    ("kept", f"{len(found.kept)}, listed in {out}"),
                ]
            )


def _show(found: Assessment) -> None:
    """The measures, one row for each, and a column for all and for each task."""
    import sys

    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    grid.add_column("")
    columns = {"all": found.overall, **found.tasks}
    for name in columns:
        grid.add_column(name, justify="right")
    cells = {name: _cells(one) for name, one in columns.items()}
    for row in cells["all"]:
        grid.add_row(row, *(cells[name][row] for name in columns))
    Console(file=sys.stdout, markup=False).print(grid)
    told = [("task balance", f"{found.task_balance:.2f}")]
    if found.labels is not None:
        labels = found.labels
        told += [
            ("frames", f"{labels.frames}, with {labels.objects} visible objects"),
            ("label balance", f"{labels.balance:.2f} over {len(labels.categories)} categories"),
            ("truncated", str(labels.truncated)),
        ]
        if labels.occlusion is not None:
            told.append(("visible tenths", " ".join(map(str, labels.occlusion))))
    table(told)


def _cells(one: TaskQuality) -> dict[str, str]:
    near = one.neighbours
    return {
        "success": f"{one.success.successes}/{one.success.attempts}",
        "recovered": str(one.recovered),
        "seconds": f"{one.seconds:.0f}",
        "idle share": _mean(one.idle, 2),
        "jerk m/s3": _mean(one.jerk, 1),
        "LDLJ": _mean(one.ldlj, 1),
        "SPARC": _mean(one.sparc, 2),
        "path efficiency": _mean(one.efficiency, 2),
        "chatter /min": _mean(one.chatter, 1),
        "near-duplicates": str(one.duplicates),
        "coverage": f"{one.coverage:.2f}",
        "action divergence": "-" if near is None else f"{near.action_divergence:.2f}",
        "state similarity": "-" if near is None else f"{near.state_similarity:.1f}",
        "transition diversity": _number(None if near is None else near.transition_diversity),
    }


def _mean(value: Spread | None, digits: int) -> str:
    return "-" if value is None else f"{value.mean:.{digits}f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
