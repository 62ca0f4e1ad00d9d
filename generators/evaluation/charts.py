"""The chart of an evaluation: success with its interval, suite by suite, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ...schemas import EvalResult

HEIGHT, FOOT, HEAD = 240, 46, 14
SERIES = ("first", "second", "third", "fourth")
"""Classes of the policies' colours."""


def curves(results: Sequence[EvalResult]) -> Markup:
    """Success of each policy in each suite, with 95% intervals, joined by a line.

    Args:
        results: of one policy each; the suites of the first stand along the axis.
    """
    names = [suite.name for suite in results[0].suites]
    parts = [
        Markup(
            '<svg class="chart curves" role="img" aria-label="Success by suite" width="100%" '
            'height="{0}">'
        ).format(HEIGHT + HEAD + FOOT)
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(
            Markup(
                '<line class="axis" x1="6%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
                '<text class="tick" x="5%" y="{t:.1f}" text-anchor="end">{text}</text>'
            ).format(y=_y(share), t=_y(share) + 4, text=f"{share:.0%}")
        )
    for number, name in enumerate(names):
        parts.append(
            Markup(
                '<text class="tick" x="{0:.2f}%" y="{1}" text-anchor="middle">{2}</text>'
            ).format(_x(number, len(names)), HEIGHT + HEAD + 22, name.replace("_", " "))
        )
    for rank, result in enumerate(results[: len(SERIES)]):
        parts += _series(result, names, rank)
    return Markup("").join([*parts, Markup("</svg>")])


def _series(result: EvalResult, names: Sequence[str], rank: int) -> list[Markup]:
    by_name = {suite.name: suite for suite in result.suites}
    parts: list[Markup] = []
    before: tuple[float, float] | None = None
    for number, name in enumerate(names):
        if name not in by_name:
            before = None
            continue
        suite = by_name[name]
        # Beside each other, so that intervals of two policies can be told apart.
        x = _x(number, len(names)) + 0.8 * rank
        low, high = suite.ci95
        if before is not None:
            parts.append(
                Markup(
                    '<line class="{0} joined" x1="{1:.2f}%" y1="{2:.1f}" x2="{3:.2f}%" '
                    'y2="{4:.1f}"/>'
                ).format(SERIES[rank], *before, x, _y(suite.success))
            )
        parts.append(
            Markup(
                '<g class="{kind}"><title>{title}</title>'
                '<line x1="{x:.2f}%" x2="{x:.2f}%" y1="{high:.1f}" y2="{low:.1f}"/>'
                '<circle cx="{x:.2f}%" cy="{y:.1f}" r="5"/></g>'
            ).format(
                kind=SERIES[rank],
                title=f"{result.policy}, {name}: {suite.success:.1%} ({low:.1%} to {high:.1%})",
                x=x,
                high=_y(high),
                low=_y(low),
                y=_y(suite.success),
            )
        )
        before = (x, _y(suite.success))
    return parts


def _x(number: int, count: int) -> float:
    return 10 + 88 * (number + 0.5) / count


def _y(share: float) -> float:
    return HEAD + HEIGHT * (1 - share)
