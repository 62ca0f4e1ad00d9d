"""`sweep score|show`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import DatasetPath, Json, emit, expected_errors

if TYPE_CHECKING:
    from ...generators.sweeps import Score

AxisPath = Annotated[
    str | None,
    typer.Option(
        "--axis", metavar="PATH", help="The swept path, if there are several.", show_default=False
    ),
]
TITLES = ("value", "images", "objects", "AP", "AP50", "accuracy")


class SheetContent(StrEnum):
    """The kind of picture of a frame on a sheet."""

    rgb = "rgb"
    overlay = "overlay"
    depth = "depth"
    normal = "normal"


def register(app: typer.Typer) -> None:
    """Add the group."""
    sweep = typer.Typer(no_args_is_help=True, help="What happens along a swept parameter.")
    sweep.command("score")(score)
    sweep.command("show")(show)
    app.add_typer(sweep, name="sweep")


def score(
    dataset: DatasetPath,
    predictions: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="COCO results: a JSON list with image_id, category_id, score, and bbox or "
            "segmentation; ids as in the COCO export.",
            show_default=False,
        ),
    ],
    axis: AxisPath = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the curve as .svg or .png.", show_default=False),
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Images without predictions have none.")
    ] = False,
    json: Json = False,
) -> None:
    """Score a model's predictions at each value of a sweep."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.sweeps import score as judge
        from ...generators.sweeps import swept, write_curve

        opened = Dataset(dataset)
        result = judge(opened, swept(opened, axis), predictions, allow_missing=allow_missing)
        if plot is not None:
            write_curve(result, plot)
        if json:
            emit(asdict(result))
        else:
            _print(result)


def show(
    dataset: DatasetPath,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="A .png, .jpg or .gif file.", show_default=False)
    ],
    axis: AxisPath = None,
    view: Annotated[
        list[SheetContent] | None, typer.Option(help="Repeatable; rgb if none.")
    ] = None,
    scene: Annotated[str | None, typer.Option(help="Its id.", show_default=False)] = None,
    camera: Annotated[str | None, typer.Option(help="Its name.", show_default=False)] = None,
    side: Annotated[int, typer.Option(min=16, max=2048, help="Pixels of each picture.")] = 256,
) -> None:
    """Show a sweep as a contact sheet or an animation."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.sweeps import swept, write_sheet

        opened = Dataset(dataset)
        views = tuple(one.value for one in view or [SheetContent.rgb])
        along = swept(opened, axis)
        count = write_sheet(opened, along, out, views=views, scene=scene, camera=camera, side=side)
        typer.echo(f"{out}: {count} values of {along.path}")


def _print(result: Score) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table

    grid = Table(*TITLES, title=f"{result.path} ({result.kind})", box=None)
    for point in result.points:
        scores = ["-" if x is None else f"{x:.3f}" for x in (point.ap, point.ap50, point.accuracy)]
        grid.add_row(str(point.value), str(point.images), str(point.objects), *scores)
    console = Console(file=sys.stdout, markup=False)
    console.print(grid)
    if result.ignored:
        console.print(f"{result.ignored} predictions are for images outside the sweep")
