"""`assets list|show|check|page`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .choices import NamingCommand, completion
from .common import Json, Workers, emit, expected_errors, table

if TYPE_CHECKING:
    from ..catalogue import Listed

AssetId = Annotated[
    str, typer.Argument(metavar="ASSET", help="Its id, such as mug-0000.", show_default=False)
]
Category = Annotated[
    str | None, typer.Option(help="Only this category, such as mug.n.04.", show_default=False)
]
Library = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="One of {libraries}; what reads files with their path, as folder:PATH. Repeatable.",
        autocompletion=completion("libraries"),
        show_default=False,
    ),
]
Spec = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The libraries of this dataset's YAML.", show_default=False),
]
Noncommercial = Annotated[
    bool,
    typer.Option("--allow-noncommercial", help="Also assets whose licence forbids commercial use."),
]


def register(app: typer.Typer) -> None:
    """Add the groups."""
    assets = typer.Typer(no_args_is_help=True, help="What the asset libraries offer.")
    assets.command("list", cls=NamingCommand)(list_assets)
    assets.command("show", cls=NamingCommand)(show_asset)
    assets.command("check", cls=NamingCommand)(check_assets)
    assets.command("page", cls=NamingCommand)(assets_page)
    app.add_typer(assets, name="assets")


def list_assets(
    category: Category = None,
    library: Library = None,
    spec: Spec = None,
    allow_noncommercial: Noncommercial = False,
    json: Json = False,
) -> None:
    """List the categories on offer, and with --category the assets of one."""
    with expected_errors():
        from ..catalogue import listing
        from ..libraries import LibraryChoice

        found = listing(LibraryChoice(tuple(library or ()), spec, allow_noncommercial), category)
        if json:
            emit({"categories": [one.model_dump(mode="json") for one in found]})
        else:
            table([(one.category, _offer(one, every=category is not None)) for one in found])


def show_asset(
    asset: AssetId,
    library: Library = None,
    spec: Spec = None,
    allow_noncommercial: Noncommercial = False,
    json: Json = False,
) -> None:
    """Show one asset: size, mass, joints, affordances, licence, and its nearest cousins."""
    with expected_errors():
        from ..catalogue import details
        from ..libraries import LibraryChoice

        facts = details(LibraryChoice(tuple(library or ()), spec, allow_noncommercial), asset)
        if json:
            emit(facts)
        else:
            facts["verdict"] = facts["verdict"] or "passes its trial"
            facts["joints"] = [
                f"{j['name']} ({j['kind']}, {j['controls']}, {j['limits'][0]:.3g} to "
                f"{j['limits'][1]:.3g} {'rad' if j['kind'] == 'hinge' else 'm'})"
                for j in facts["joints"]
            ]
            facts["cousins"] = [
                f"{c['id']} ({c['distance']['total']:.3f})" for c in facts["cousins"]
            ]
            table([(name, _plain(value)) for name, value in facts.items()])


def check_assets(
    category: Category = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Assets of each category, at most.", show_default=False),
    ] = None,
    library: Library = None,
    spec: Spec = None,
    allow_noncommercial: Noncommercial = False,
    workers: Workers = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where assets are quarantined, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Build assets, compile them, drop them on a floor, and say which fail and why.

    Looks at every library that is installed. Results are kept: only what changed is tried again.
    """
    with expected_errors():
        from ..catalogue import check
        from ..environment import cores
        from ..libraries import LibraryChoice

        choice = LibraryChoice(tuple(library or ()), spec, allow_noncommercial)
        found = check(choice, category, limit, workers or cores())
        if json:
            emit(found.facts())
        else:
            for one in found.libraries:
                table(_summary(one.model_dump(mode="json")))
            table([(name, f"not used: {reason}") for name, reason in found.not_opened.items()])
        if found.failed or (strict and found.quarantined):
            raise typer.Exit(1)


def assets_page(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The HTML file to write.")] = Path(
        "catalogue.html"
    ),
    category: Category = None,
    library: Library = None,
    spec: Spec = None,
    allow_noncommercial: Noncommercial = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Write the catalogue as one HTML page: pictures, joints closed and open, and filters."""
    with expected_errors():
        from ..catalogue import page
        from ..environment import cores
        from ..libraries import LibraryChoice

        choice = LibraryChoice(tuple(library or ()), spec, allow_noncommercial)
        path = page(choice, category, out, workers or cores())
        if json:
            emit({"page": str(path)})
        else:
            table([("page", str(path))])


def _offer(one: Listed, *, every: bool) -> str:
    """A library's assets of a category, in words."""
    joints = ", with joints" if one.articulated else ""
    head = f"{len(one.assets)} from {one.library}{joints}, {one.licence}"
    return "\n".join([head, *one.assets]) if every else f"{head}, such as {one.assets[0]}"


def _summary(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """A library's numbers as two columns; reasons line by line."""
    moving = facts["articulated"]
    rows = [
        ("library", f"{facts['library']} (version {facts['version']})"),
        ("offers", f"{facts['instances']} assets of {facts['categories']} categories"),
        ("checked", f"{facts['checked']}, of which {100 * facts['passed_share']:.4g}% pass"),
        ("with joints", f"{moving['instances']} assets of {moving['categories']} categories"),
        ("licences", ", ".join(f"{name} x{count}" for name, count in facts["licences"].items())),
        ("same shape", str(len(facts["duplicates"]))),
    ]
    for heading in ("failing", "quarantined"):
        reasons: dict[str, str] = facts[heading]
        lines = [f"{name}: {reason}" for name, reason in reasons.items()]
        rows.append((heading, "\n".join(lines) or "none"))
    notes: dict[str, list[str]] = facts["notes"]
    if notes:
        lines = [f"{name}: {'; '.join(about)}" for name, about in notes.items()]
        rows.append(("notes", "\n".join(lines)))
    return [*rows, ("", "")]


def _plain(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType]
