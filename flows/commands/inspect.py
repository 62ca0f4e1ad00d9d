"""`verify`, `report`, `schema`, and `init`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .common import DatasetPath, Json, Workers, emit, expected_errors, table


class SchemaName(StrEnum):
    """The models with a JSON Schema."""

    dataset = "dataset"
    scene = "scene"
    task = "task"
    episode = "episode"
    frame = "frame"
    asset = "asset"
    robot = "robot"
    certificate = "certificate"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(verify)
    app.command()(report)
    app.command()(schema)
    app.command()(init)


def verify(
    dataset: DatasetPath,
    workers: Workers = None,
    repair: Annotated[
        bool, typer.Option(help="First make again what is damaged; strange files are set aside.")
    ] = False,
    json: Json = False,
) -> None:
    """Check all hashes and replay every demonstration from the files alone."""
    with expected_errors():
        from ..environment import cores
        from ..stages import production
        from ..verify import repair as mend
        from ..verify import verify as check

        mended = mend(dataset, workers or cores(), production()) if repair else ()
        found = check(dataset, workers or cores())
        if json:
            answer = {**asdict(found), "problems": list(found.problems)}
            left_out = answer.pop("quarantined")
            answer |= {"quarantined": list(left_out)} if left_out else {}
            emit({**answer, "mended": list(mended)} if repair else answer)
        else:
            table(
                [
                    ("dataset hash", found.dataset_hash),
                    ("tasks", str(found.tasks)),
                    ("demonstrations", str(found.demonstrations)),
                    ("frames", str(found.frames)),
                    ("replayed", f"{found.replayed:.1%}" if found.demonstrations else "none"),
                    *(("quarantined", said) for said in found.quarantined),
                    *((("mended", "\n".join(mended) or "nothing"),) if repair else ()),
                    ("problems", "\n".join(found.problems) or "none"),
                ]
            )
        if found.problems:
            typer.echo(f"fell short: {len(found.problems)} problems", err=True)
            raise typer.Exit(1)


def report(
    dataset: DatasetPath,
    out: Annotated[
        Path | None,
        typer.Option(help="The page; by default DATASET/report/index.html.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Write an HTML page that shows what is in a dataset."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ..stages import production

        page = production().report(Dataset(dataset), out or dataset / "report" / "index.html")
        if json:
            emit({"report": str(page)})
        else:
            typer.echo(str(page))


def schema(name: SchemaName) -> None:
    """Print a JSON Schema, for editors that check YAML and JSON."""
    from ... import schemas
    from ...schemas.certificate import Certificate

    models: dict[SchemaName, type[schemas.Model]] = {
        SchemaName.dataset: schemas.DatasetSpec,
        SchemaName.scene: schemas.Scene,
        SchemaName.task: schemas.TaskSpec,
        SchemaName.episode: schemas.Episode,
        SchemaName.frame: schemas.FrameRecord,
        SchemaName.asset: schemas.Asset,
        SchemaName.robot: schemas.RobotFile,
        SchemaName.certificate: Certificate,
    }
    emit(models[name].model_json_schema())


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("dataset.yaml"),
) -> None:
    """Write a commented spec to start from."""
    with expected_errors():
        from importlib.resources import files

        from ...schemas import SpecError

        text = files("cousins.flows").joinpath("starter.yaml").read_text(encoding="utf-8")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise SpecError(f"{path} is there already; choose another name") from error
        except OSError as error:
            raise SpecError(f"{path} cannot be written: {error.strerror}") from error
        typer.echo(f"wrote {path}; next: cousins generate {path}")
