"""`preview`: one scene of a spec as all cameras see it, without a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Json, SpecPath, Values, emit, expected_errors, table

Out = Annotated[
    Path | None,
    typer.Option(help="The PNG file; by default out/NAME-preview.png.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(
    spec: SpecPath,
    out: Out = None,
    task: Annotated[int, typer.Option(min=0, help="Number of the task, from 0.")] = 0,
    scene: Annotated[int, typer.Option(min=0, help="Number of its scene, from 0.")] = 0,
    json: Json = False,
    values: Values = None,
) -> None:
    """Draw one scene of a spec as all its cameras see it, on one sheet, and make no dataset."""
    with expected_errors():
        from PIL import Image

        from ...schemas.given_file import lines_of
        from ...schemas.spec_file import load_spec
        from ..checks import check_spec
        from ..corrections import with_failures
        from ..preview import make_preview
        from ..robots import with_robot

        options = values or ()
        read = with_failures(with_robot(load_spec(spec, options)))
        with lines_of(spec, options):
            check_spec(read, exports=False)
        made = make_preview(read, task, scene)
        path = out or Path("out") / f"{read.name}-preview.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made.contact_sheet()).save(path, format="png")
        if json:
            emit({"sheet": str(path), "scene": made.scene.id, "cameras": list(made.images)})
            return
        rows = [] if read.without_tasks else [("task", made.task.instruction)]
        rows += [
            ("scene", f"{made.scene.id}, with {len(made.scene.objects)} objects"),
            ("cameras", ", ".join(made.images)),
            ("look at", str(path)),
        ]
        table(rows)
