"""`evaluate` and `serve-policy`: how often a policy succeeds, and a policy for other processes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Json, Workers, emit, expected_errors, table


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(evaluate)
    app.command("serve-policy")(serve_policy)


def evaluate(
    policy: Annotated[
        str,
        typer.Argument(
            help="A checkpoint's folder, `replay`, `python:MODULE:ATTRIBUTE`, or ws://HOST:PORT.",
            show_default=False,
        ),
    ],
    spec: Annotated[
        Path, typer.Option(help="The YAML file of the evaluation.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of results; by default out/evaluations/NAME-POLICY.", show_default=False
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Results of another policy on the same scenes, to compare with.",
            show_default=False,
        ),
    ] = None,
    scenes: Annotated[
        Path | None,
        typer.Option(help="Folder of scenes, so that evaluations share them.", show_default=False),
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Roll a policy out in suites of frozen scenes; write results.json and a page."""
    with expected_errors():
        from ...generators.evaluation.page import write_page
        from ...generators.evaluation.statistics import compare
        from ..environment import cores
        from ..evaluation.running import evaluate as run
        from ..evaluation.running import film_path, load_evaluation, read_results

        wanted = load_evaluation(spec)
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in Path(policy).name)
        folder = out or Path("out") / "evaluations" / f"{wanted.name}-{name}"
        other = None if against is None else read_results(against)
        result = run(policy, wanted, folder, workers or cores(), _say, scenes)
        compared = () if other is None else compare(result, other)
        videos = {
            (suite.name, record.number): film_path(folder, suite.name, record.number)
            for suite in result.suites
            for record in suite.rollouts
            if record.cause is not None
        }
        results = [result] if other is None else [result, other]
        page = write_page(folder / "index.html", results, videos, compared)
        if json:
            emit(
                {
                    "results": str(folder / "results.json"),
                    "page": str(page),
                    "suites": {
                        one.name: {"success": one.success, "ci95": one.ci95, "causes": one.causes}
                        for one in result.suites
                    },
                    "compared": [one.model_dump(mode="json") for one in compared],
                }
            )
            return
        rows = [
            (
                one.name,
                f"{one.success:.1%} ({one.ci95[0]:.1%} to {one.ci95[1]:.1%}), "
                f"{one.successes} of {len(one.rollouts)}",
            )
            for one in result.suites
        ]
        rows += [
            (f"{one.suite}, difference", f"{one.difference:+.1%}, p = {one.p_value:.4f}")
            for one in compared
        ]
        table([*rows, ("look at", str(page))])


def _say(text: str) -> None:
    typer.echo(text, err=True)


def serve_policy(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint's folder.", show_default=False)],
    host: Annotated[str, typer.Option(help="To listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
) -> None:
    """Serve a policy over a websocket, until interrupted."""
    with expected_errors():
        from ...generators.learners.policies import load_policy
        from ..evaluation.remote import check_remote
        from ..evaluation.remote import serve as run

        check_remote()
        policy = load_policy(checkpoint)
        run(policy, host, port, lambda at: typer.echo(f"serving at ws://{host}:{at}", err=True))
