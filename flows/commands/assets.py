"""`assets list|show|check`, and `backends check`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .common import Json, emit, expected_errors, table

AssetId = Annotated[
    str, typer.Argument(metavar="ASSET", help="Its id, such as mug-0000.", show_default=False)
]
Category = Annotated[
    str | None, typer.Option(help="Only this category, such as mug.n.04.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the groups."""
    assets = typer.Typer(no_args_is_help=True, help="What the asset library offers.")
    assets.command("list")(list_assets)
    assets.command("show")(show_asset)
    assets.command("check")(check_assets)
    app.add_typer(assets, name="assets")
    backends = typer.Typer(no_args_is_help=True, help="What can simulate and render.")
    backends.command("check")(check_backend)
    app.add_typer(backends, name="backends")


def list_assets(category: Category = None, json: Json = False) -> None:
    """List the assets by category."""
    with expected_errors():
        from ...schemas import AssetsSpec, SpecError
        from ..stages import open_library

        offered = open_library(AssetsSpec()).ids()
        if category is not None:
            if category not in offered:
                raise SpecError(f"no category {category!r}; allowed: {', '.join(offered)}")
            offered = {category: offered[category]}
        if json:
            emit({name: list(ids) for name, ids in offered.items()})
        else:
            table([(name, _some(ids, category is not None)) for name, ids in offered.items()])


def show_asset(asset: AssetId, json: Json = False) -> None:
    """Show one asset: size, mass, joints, affordances, licence."""
    with expected_errors():
        from ...schemas import AssetsSpec
        from ..stages import open_library

        found = open_library(AssetsSpec()).get(asset)
        facts: dict[str, Any] = {
            "id": found.id,
            "category": found.category,
            "library": found.library,
            "source": found.source,
            "licence": found.licence,
            "extents_m": list(found.extents),
            "mass_kg": round(found.mass, 4),
            "joints": [joint.name for joint in found.joints],
            "affordances": sorted(found.affordances),
            "content_hash": found.content_hash(),
        }
        if json:
            emit(facts)
        else:
            table([(name, _plain(value)) for name, value in facts.items()])


def check_assets(
    category: Category = None,
    limit: Annotated[int, typer.Option(min=1, help="Assets of each category, at most.")] = 3,
    json: Json = False,
) -> None:
    """Build assets and check that each is complete and that the simulator takes it."""
    with expected_errors():
        from ..checks import check_library

        checked, problems = check_library(category, limit)
        if json:
            emit({"checked": checked, "problems": problems})
        else:
            table([("checked", str(checked)), ("problems", "\n".join(problems) or "none")])
        if problems:
            raise typer.Exit(1)


def check_backend(
    name: Annotated[str, typer.Argument(help="Such as mujoco.", show_default=False)],
    json: Json = False,
) -> None:
    """Say whether a backend works here, and if not, what it needs."""
    with expected_errors():
        from ..checks import check_backend as check

        facts = check(name)
        if json:
            emit(facts)
        else:
            table([(key, _plain(value)) for key, value in facts.items()])


def _some(ids: tuple[str, ...], every: bool) -> str:
    if every:
        return "\n".join(ids)
    return f"{len(ids)}, such as {ids[0]}" if ids else "0"


def _plain(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType]
