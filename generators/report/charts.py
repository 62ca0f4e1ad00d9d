"""Charts as inline SVG: widths in per cent, so that text keeps its size on any screen."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

ROW = 38
PLOT = 150


@dataclass(frozen=True)
class ChartBar:
    """One row of a bar chart.

    Attributes:
        label: of the row.
        share: of the full width, 0 to 1.
        text: the value as written at its right.
        tone: `good`, `bad`, or `plain`.
    """

    label: str
    share: float
    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class HistogramBin:
    """One bin of a histogram: how many, and how many of them succeeded."""

    label: str
    total: int
    good: int


def bar_chart(bars: list[ChartBar], title: str) -> Markup:
    """Horizontal bars, each under its label."""
    parts = [_opening(title, ROW * len(bars))]
    for number, bar in enumerate(bars):
        top = number * ROW
        parts.append(
            Markup(
                '<svg y="{top}" width="100%" height="20">'
                '<title>{label}</title><text y="15">{label}</text></svg>'
                '<text class="value" x="100%" y="{y}" text-anchor="end">{text}</text>'
                '<rect class="track" y="{bar}" width="100%" height="8" rx="4"/>'
                '<rect class="{tone}" y="{bar}" width="{width:.2f}%" height="8" rx="4"/>'
            ).format(
                top=top,
                y=top + 15,
                label=bar.label,
                text=bar.text,
                bar=top + 22,
                tone=bar.tone,
                width=100 * min(max(bar.share, 0.0), 1.0),
            )
        )
    return Markup("").join([*parts, Markup("</svg>")])


def column_chart(columns: list[HistogramBin], end: str, title: str) -> Markup:
    """Vertical bars; the lower part of each is what succeeded.

    Args:
        columns: each named by where its bin begins.
        end: where the last bin ends.
        title: read aloud instead of the picture.
    """
    most = max((column.total for column in columns), default=0) or 1
    step = 100 / max(len(columns), 1)
    floor = PLOT + 20
    parts = [_opening(title, floor + 24)]
    parts.append(Markup('<line class="axis" x2="100%" y1="{0}" y2="{0}"/>').format(floor))
    for number, column in enumerate(columns):
        parts.append(_column(column, number * step, step, PLOT / most))
    labels = [*(column.label for column in columns), end]
    for number, label in enumerate(labels):
        if number % 2:
            continue  # Narrow screens have room for every second one.
        anchor = "start" if number == 0 else "end" if number == len(columns) else "middle"
        parts.append(
            Markup(
                '<text class="tick" x="{x:.2f}%" y="{y}" text-anchor="{anchor}">{label}</text>'
            ).format(x=number * step, y=floor + 18, anchor=anchor, label=label)
        )
    return Markup("").join([*parts, Markup("</svg>")])


def _opening(title: str, height: int) -> Markup:
    return Markup(
        '<svg class="chart" role="img" aria-label="{title}" width="100%" height="{height}">'
    ).format(title=title, height=height)


def _column(column: HistogramBin, left: float, step: float, unit: float) -> Markup:
    total, good = column.total * unit, column.good * unit
    floor = PLOT + 20
    gap = step * 0.08
    return Markup(
        "<g><title>{title}</title>"
        '<rect class="bad" x="{x:.2f}%" y="{y1:.1f}" width="{w:.2f}%" height="{h1:.1f}"/>'
        '<rect class="good" x="{x:.2f}%" y="{y2:.1f}" width="{w:.2f}%" height="{h2:.1f}"/>'
        '<text class="value" x="{mid:.2f}%" y="{above:.1f}" text-anchor="middle">{text}</text></g>'
    ).format(
        title=f"from {column.label}: {column.good} of {column.total} succeeded",
        x=left + gap,
        w=step - 2 * gap,
        y1=floor - total,
        h1=total - good,
        y2=floor - good,
        h2=good,
        mid=left + step / 2,
        above=floor - total - 6,
        text=column.total or "",
    )
