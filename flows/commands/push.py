"""`push`: an export to a hub of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .choices import NamingCommand, completion
from .common import DatasetPath, Json, emit, expected_errors, table

if TYPE_CHECKING:
    from ...generators.publishing.parcel import Parcel
    from ..publishing import PushRequest, PushResult


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=NamingCommand)(push)


def push(
    dataset: DatasetPath,
    repository: Annotated[
        str,
        typer.Argument(
            metavar="OWNER/NAME",
            help="Of the repository, which is made where it is not there.",
            show_default=False,
        ),
    ],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help="The export to send, one of {exporters}; it must be there.",
            autocompletion=completion("exporters"),
        ),
    ],
    public: Annotated[
        bool, typer.Option("--public", help="All may see the repository; else its owners alone.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Remove files of the repository that this export lacks."),
    ] = False,
    message: Annotated[
        str, typer.Option(metavar="TEXT", help="Of the commit.", show_default=False)
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and ask nobody.")
    ] = False,
    json: Json = False,
) -> None:
    """Send an export to the Hugging Face Hub; the token comes from HF_TOKEN."""
    with expected_errors():
        from ...generators.publishing.hub import HuggingFaceHub
        from ..publishing import PushRequest, prepare
        from ..publishing import push as send

        request = PushRequest(dataset, format, repository, public, replace, message)
        done = None if dry_run else send(request, HuggingFaceHub.of_environment())
        parcel = prepare(request) if done is None else done.parcel
        if json:
            emit(_answer(request, parcel, done))
        else:
            table(_rows(request, parcel, done))


def _answer(request: PushRequest, parcel: Parcel, done: PushResult | None) -> dict[str, object]:
    found: dict[str, object] = {
        "repository": request.repository,
        "public": request.public,
        "files": parcel.sizes,
        "bytes": parcel.nbytes,
        "made": sorted(parcel.made),
        "licences": dict(parcel.licences),
        "sent": done is not None,
    }
    if done is None:
        return found
    return {
        **found,
        "address": done.address,
        "created": done.created,
        "removed": list(done.removed),
    }


def _rows(request: PushRequest, parcel: Parcel, done: PushResult | None) -> list[tuple[str, str]]:
    licences = ", ".join(f"{name} ({count})" for name, count in parcel.licences.items())
    rows = [
        ("repository", f"{request.repository}, {'public' if request.public else 'private'}"),
        ("files", f"{len(parcel.sizes)}, {parcel.nbytes / 1e6:.1f} MB"),
        ("made for it", ", ".join(sorted(parcel.made)) or "nothing"),
        ("licences of assets", licences or "none"),
    ]
    if done is None:
        return [*rows, ("commit", "none: a dry run")]
    removed = [("removed", ", ".join(done.removed))] if done.removed else []
    return [*rows, *removed, ("commit", done.address)]
