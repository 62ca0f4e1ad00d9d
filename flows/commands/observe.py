"""`observe`: from an RGB-D view to the spec of a scene."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .assets import Library, Noncommercial
from .choices import NamingCommand
from .common import Json, emit, expected_errors

TITLES = ("object", "category", "x y (m)", "yaw", "size (cm)", "stands", "twin", "explained")


class Side(StrEnum):
    """Where the robot stands, as the camera sees the objects."""

    near = "near"
    far = "far"
    left = "left"
    right = "right"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=NamingCommand)(observe)


def observe(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="VIEW",
            help="Folder with observation.json, depth, masks and a picture; "
            "or a dataset, with --frame.",
            show_default=False,
        ),
    ],
    frame: Annotated[
        str | None, typer.Option(help="A labelled frame of the dataset.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="The spec to write.")] = Path("scene.yaml"),
    robot: Annotated[
        Side, typer.Option(help="The robot's side, where no pose of the camera is given.")
    ] = Side.near,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse unknown labels instead of skipping them.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the search for planes.")] = 0,
    preview: Annotated[
        Path | None,
        typer.Option(help="Draw the masks and boxes beside the picture.", show_default=False),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Assemble the twin, and draw it in the preview.")
    ] = False,
    label_model: Annotated[
        str | None,
        typer.Option(help="Vision model that labels masks without a label.", show_default=False),
    ] = None,
    label_url: Annotated[
        str | None,
        typer.Option(help="Its OpenAI-compatible endpoint.", show_default=False),
    ] = None,
    depth_model: Annotated[
        Path | None,
        typer.Option(help="Local transformers model of metric depth.", show_default=False),
    ] = None,
    library: Library = None,
    allow_noncommercial: Noncommercial = False,
    json: Json = False,
) -> None:
    """Write the spec of a scene seen in one RGB-D view with instance masks."""
    with expected_errors():
        from ...scenes.observation.observe import ObserveOptions
        from ...schemas import SpecError
        from ..libraries import LibraryChoice, chosen, open_one
        from ..observing import ObserveRequest, facts, observe_request, observed_text

        if label_url is not None and label_model is None:
            raise SpecError("--label-url: name the model too, with --label-model")
        request = ObserveRequest(
            source=source,
            frame=frame,
            options=ObserveOptions(side=robot.value, strict=strict, seed=seed),
            label_model=label_model,
            label_url=label_url,
            depth_model=depth_model,
            rebuild=rebuild,
        )
        choice = LibraryChoice(tuple(library or ()), None, allow_noncommercial)
        observed = observe_request(request, open_one(choice), preview)
        text = observed_text(observed, dataset_name(out), chosen(choice))
        write_spec(out, text)
        found = facts(observed)
        if json:
            emit({"spec": str(out), **found})
        else:
            _show(found)
            typer.echo(f"wrote {out}; next: cousins generate {out}")
        for what, why in observed.skipped.items():
            typer.echo(f"left out: {what}: {why}", err=True)


def dataset_name(out: Path) -> str:
    """A name for the dataset from the file's."""
    letters = "".join(c if c.isalnum() or c in "-_" else "-" for c in out.stem)[:60]
    return letters if letters[:1].isascii() and letters[:1].isalpha() else f"scene-{letters}"


def write_spec(out: Path, text: str) -> None:
    """Write a spec, making its folder.

    Raises:
        SpecError: the file cannot be written.
    """
    from ...schemas import SpecError

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{out} cannot be written: {error.strerror}") from error


def _show(found: dict[str, Any]) -> None:
    """A table of the objects."""
    import sys

    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    for title in (
        "object",
        "category",
        "x y (m)",
        "yaw",
        "size (cm)",
        "stands",
        "twin",
        "explained",
    ):
        grid.add_column(title)
    for thing in found["objects"]:
        stands = ", ".join(
            f"{key.replace('_', ' ')} {thing[key]}"
            for key in ("on", "inside", "next_to", "in_front_of", "facing", "aligned")
            if key in thing
        )
        x, y, _ = thing["centre_m"]
        grid.add_row(
            thing["name"],
            thing["category"],
            f"{x:.3f} {y:.3f}",
            f"{57.29578 * thing['yaw_rad']:.0f}",
            " x ".join(f"{100 * value:.1f}" for value in thing["extents_m"]),
            stands,
            thing["twin"],
            f"{thing['explained']:.2f}",
        )
    Console(file=sys.stdout).print(grid)
