"""`view`: scenes in 3D in a browser, with attempts to scrub through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import Values, expected_errors

if TYPE_CHECKING:
    from ..viewing.viewed import ViewedScenes


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(view)


def view(
    what: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET|SPEC",
            help="A dataset's folder, or the YAML file that describes one.",
            show_default=False,
        ),
    ],
    task: Annotated[int, typer.Option(min=0, help="Of a spec: number of the task, from 0.")] = 0,
    scene: Annotated[int, typer.Option(min=0, help="Of a spec: number of its scene.")] = 0,
    host: Annotated[str, typer.Option(help="To listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The next free one where it is in use.")
    ] = 8080,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
    values: Values = None,
) -> None:
    """Show scenes in 3D in a browser, with attempts to scrub through, until interrupted."""
    with expected_errors():
        import time

        from ..viewing.page import Page, check_viewer

        check_viewer()
        page = Page(_scenes(what, task, scene, values), host, port)
        url = f"http://{host}:{page.port}"
        typer.echo(f"showing at {url}; stop with Ctrl-C", err=True)
        if browser:
            import webbrowser

            webbrowser.open(url)
        try:
            while True:
                time.sleep(page.step())
        finally:
            page.close()


def _scenes(what: Path, task: int, scene: int, values: list[str] | None) -> ViewedScenes:
    from ...schemas import SpecError

    if what.is_dir():
        from ..viewing.viewed import DatasetScenes

        if values or task or scene:
            raise SpecError(
                f"{what} is a dataset, whose attempts are chosen in the page: --set, --task and "
                "--scene are for a spec"
            )
        return DatasetScenes(what)
    from ...schemas.given_file import lines_of
    from ...schemas.spec_file import load_spec
    from ..checks import check_spec
    from ..robots import with_robot
    from ..viewing.viewed import SpecScene

    options = values or ()
    read = with_robot(load_spec(what, options))
    with lines_of(what, options):
        check_spec(read, exports=False)
    return SpecScene(read, task, scene)
