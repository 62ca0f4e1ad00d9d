"""The page of an evaluation: one file that shows results, failures, and comparisons."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ...schemas import Comparison, EvalResult, SuiteResult
from ..report.charts import ChartBar, bar_chart
from ..templates import page_template
from .charts import SERIES, curves

BUDGET = 18_000_000
"""Bytes of embedded videos, as base64."""
MEANING = {
    "not_touched": "the robot touched none of the things that the goal speaks of",
    "not_moved": "it touched one and moved none",
    "misplaced": "it moved one, and the goal never held",
    "not_kept": "the goal held for a while, and not for a second",
    "bad_action": "the policy gave an action of another size, or one that is not finite",
    "policy_failed": "the policy raised an error",
    "policy_hung": "the policy gave no answer in time",
    "policy_died": "the process of the policy ended",
}


@dataclass(frozen=True)
class FailureVideo:
    """A failed rollout that can be watched.

    Attributes:
        suite: its suite.
        number: within it.
        scene: where.
        cause: why it failed.
        detail: what the policy's error said.
        uri: the video itself.
    """

    suite: str
    number: int
    scene: str
    cause: str
    detail: str
    uri: str


def write_page(
    path: Path,
    results: Sequence[EvalResult],
    videos: Mapping[tuple[str, int], Path],
    compared: Sequence[Comparison] = (),
) -> Path:
    """Write the page.

    Args:
        path: the file.
        results: of the policy, and of others that it is held against.
        videos: files by suite and number of the rollout.
        compared: the first policy against the second, by suite.
    """
    folder = Path(__file__).parent
    first = results[0]
    html = page_template(folder).render(
        result=first,
        results=list(zip(SERIES, results, strict=False)),
        curves=curves(results),
        causes=[(suite, _causes(suite)) for suite in first.suites],
        meaning=MEANING,
        films=_films(first, videos),
        compared=compared,
        rollouts=sum(len(suite.rollouts) for suite in first.suites),
        won=sum(suite.successes for suite in first.suites),
        spec_json=first.spec.model_dump_json(indent=2),
        style=Markup((folder.parent / "report" / "style.css").read_text(encoding="utf-8")),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path


def _causes(suite: SuiteResult) -> Markup:
    count = len(suite.rollouts)
    bars = [
        ChartBar(name.replace("_", " "), number / count, f"{number} of {count}", "bad")
        for name, number in sorted(suite.causes.items(), key=lambda item: (-item[1], item[0]))
    ]
    return bar_chart(bars, f"Failures of {suite.name} by cause")


def _films(result: EvalResult, videos: Mapping[tuple[str, int], Path]) -> list[FailureVideo]:
    """The videos that fit into the page."""
    left, films = BUDGET, list[FailureVideo]()
    for suite in result.suites:
        for record in suite.rollouts:
            path = videos.get((suite.name, record.number))
            if path is None or not path.is_file() or record.cause is None:
                continue
            text = base64.b64encode(path.read_bytes()).decode()
            left -= len(text)
            if left < 0:
                return films
            uri = f"data:video/mp4;base64,{text}"
            films.append(
                FailureVideo(
                    suite.name, record.number, record.scene, record.cause, record.detail, uri
                )
            )
    return films
