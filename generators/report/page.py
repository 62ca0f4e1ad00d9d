"""The page: chooses what to show, embeds it within a budget, and fills the template."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ...schemas import Episode
from ..dataset import Dataset
from ..quality.measures import Rate, Spread
from ..templates import page_template
from .charts import ChartBar, bar_chart, column_chart
from .embeds import Maker
from .facts import ReportFacts, gather
from .pictures import Budget

BUDGET = 18_000_000
"""Bytes of embedded pictures and clips, as base64: the page stays below 25 MB."""
CATEGORIES = 24
"""Categories whose seen objects are counted on the page."""
ATTEMPT_MARKS = 40
"""Up to so many attempts are drawn one by one."""


@dataclass(frozen=True)
class Miss:
    """An attempt that failed.

    Attributes:
        episode: its id.
        instruction: of its task.
        during: what was being done; empty where nothing was begun.
        cause: a short stable label.
    """

    episode: str
    instruction: str
    during: str
    cause: str


def _rates(rates: dict[str, Rate], title: str) -> Markup:
    bars = [
        ChartBar(
            name.replace("_", " "),
            rate.share,
            f"{rate.share:.0%}  ({rate.successes} of {rate.attempts})",
            "good",
        )
        for name, rate in rates.items()
    ]
    return bar_chart(bars, title)


def _counts(counts: dict[str, int], title: str, tone: str = "plain") -> Markup:
    most = max(counts.values(), default=1) or 1
    bars = [
        ChartBar(name.replace("_", " "), count / most, f"{count:,}", tone)
        for name, count in counts.items()
    ]
    return bar_chart(bars, title)


def _seconds(times: dict[str, float]) -> Markup:
    most = max(times.values(), default=1.0) or 1.0
    bars = [ChartBar(name, value / most, f"{value:,.1f} s") for name, value in times.items()]
    return bar_chart(bars, "Seconds by stage")


def _plan_name(length: int) -> str:
    return "no plan found" if length == 0 else f"{length} skill{'s' if length > 1 else ''}"


def charts(facts: ReportFacts) -> dict[str, Markup]:
    """All charts of the page, by name."""
    quality = facts.quality
    lengths = {_plan_name(n): rate for n, rate in quality.success_by_plan_length.items()}
    return {
        "skills": _rates(quality.success_by_skill, "Success by skill"),
        "lengths": _rates(lengths, "Success by length of plan"),
        "efficiency": bar_chart(
            [
                ChartBar(
                    skill.replace("_", " "),
                    value.median,
                    f"{value.median:.2f}  ({value.q10:.2f} to {value.q90:.2f})",
                )
                for skill, value in quality.path_efficiency.items()
            ],
            "Path efficiency by skill",
        ),
        "failures": _counts(quality.failures, "Failures by cause", "bad"),
        "categories": _counts(
            dict(facts.frames.categories.most_common(CATEGORIES)),
            f"Objects seen, by category (the most frequent {CATEGORIES})",
        ),
        "refused": _counts(facts.refused, "Layouts refused, by reason"),
        "distances": column_chart(list(facts.distances), "1.0", "Attempts by cousin distance"),
        "times": _seconds(facts.times),
    }


def measures(facts: ReportFacts) -> list[tuple[str, str, str]]:
    """Quality measures in one number each: name, value, and what it means."""
    quality, rows = facts.quality, list[tuple[str, str, str]]()

    def add(name: str, value: Spread | None, digits: int, meaning: str) -> None:
        if value:
            text = f"{value.median:.{digits}f}"
            span = f"{value.q10:.{digits}f} to {value.q90:.{digits}f}, n = {value.count}"
            rows.append((name, text, f"{meaning} {span}."))

    add("LDLJ", quality.ldlj, 2, "Log dimensionless jerk of the tool; nearer to 0 is smoother.")
    add("SPARC", quality.sparc, 2, "Spectral arc length of its speed; nearer to 0 is smoother.")
    if quality.coverage:
        cover = quality.coverage
        rows.append(
            (
                "Coverage",
                f"{cover.occupied} / {cover.cells}",
                "5 cm cells in which a movable object starts, of those in the rectangle they "
                f"span; as diverse as {cover.effective:.0f} equally used ones.",
            )
        )
    if quality.state_actions:
        share = quality.state_action_bins / quality.state_actions
        rows.append(
            (
                "State-action bins",
                f"{quality.state_action_bins:,}",
                f"Distinct bins of state and action over {quality.state_actions:,} steps "
                f"({share:.0%} of them); raw, without a reference set.",
            )
        )
    return rows


def misses(facts: ReportFacts) -> list[Miss]:
    """The attempts that failed, in the order of the dataset."""
    return [
        Miss(episode.id, episode.instruction, _during(episode), episode.cause or "")
        for episode in facts.episodes
        if not episode.success
    ]


def _during(episode: Episode) -> str:
    """The sentence of the subtask that failed last; empty where none was begun."""
    failed = [part.sentence for part in episode.subtasks if not part.success]
    return failed[-1] if failed else ""


def licence_groups(facts: ReportFacts) -> list[tuple[str, str, int, int]]:
    """Library, licence, assets, and categories, by library."""
    assets = Counter((use.library, use.licence) for use in facts.assets)
    return [
        (library, licence, count, len({u.category for u in facts.assets
                                       if (u.library, u.licence) == (library, licence)}))
        for (library, licence), count in sorted(assets.items())
    ]  # fmt: skip


def render(dataset: Dataset) -> str:
    """The whole page as HTML."""
    facts = gather(dataset)
    budget = Budget(BUDGET)
    maker = Maker(dataset, facts, budget)
    folder = Path(__file__).parent
    parts = {
        "cards": maker.cards(),
        "sheets": maker.sheets(),
        "sweep": maker.sweep(),
        "clips": maker.clips(),
        "failed": maker.failed_clips(),
    }
    return page_template(folder).render(
        spec=dataset.spec,
        spec_json=dataset.spec.model_dump_json(indent=2, exclude_defaults=True),
        facts=facts,
        quality=facts.quality,
        charts=charts(facts),
        measures=measures(facts),
        licences=licence_groups(facts),
        marks=ATTEMPT_MARKS,
        misses=misses(facts),
        stills=dataset.spec.without_tasks,
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),
        script=Markup((folder / "script.js").read_text(encoding="utf-8")),
        budget=budget,
        **parts,
    )
