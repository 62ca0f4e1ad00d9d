"""The curve of a score over an axis, as SVG or PNG."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from ...schemas import SpecError
from .score import Score

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 44, 64
FINE = 3
"""Drawn at so many times the size and averaged, for smooth lines."""
TICKS = 5
LABELS = 8
"""Labels of values at most."""
INK, FAINT = "#222222", "#d8d8d8"
LINES = {
    "ap": ("AP", "#2f5fae"),
    "ap50": ("AP at IoU 0.5", "#7fa8d8"),
    "accuracy": ("accuracy", "#d9772b"),
}
Place = tuple[float, float]


@dataclass(frozen=True)
class _Line:
    points: tuple[Place, ...]
    colour: str
    width: float
    dots: bool = False


@dataclass(frozen=True)
class _Text:
    place: Place
    text: str
    anchor: str
    """start, middle or end."""
    size: int = 13


@dataclass
class _Drawing:
    lines: list[_Line] = field(default_factory=list[_Line])
    texts: list[_Text] = field(default_factory=list[_Text])


def write_curve(result: Score, out: Path) -> None:
    """Draw the scores over the values of the axis.

    Numbers stand where they lie, anything else at equal distances.

    Raises:
        SpecError: where `out` ends in neither .svg nor .png.
    """
    drawing = _drawn(result)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".svg":
        out.write_text(_svg(drawing), encoding="utf-8")
    elif out.suffix == ".png":
        _png(drawing).save(out, optimize=True)
    else:
        raise SpecError(f"{out}: a curve is written as .svg or .png")


def _drawn(result: Score) -> _Drawing:
    drawing = _Drawing()
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in range(TICKS + 1):
        y = bottom - (bottom - TOP) * tick / TICKS
        drawing.lines.append(_Line(((LEFT, y), (right, y)), FAINT, 1))
        drawing.texts.append(_Text((LEFT - 8, y + 4), f"{tick / TICKS:.1f}", "end"))
    places = _places(result)
    step = -(-len(places) // LABELS)
    for number, (x, point) in enumerate(zip(places, result.points, strict=True)):
        if number % step == 0:
            value = point.value
            text = f"{value:g}" if isinstance(value, float) else str(value)
            drawing.texts.append(_Text((x, bottom + 20), text, "middle"))
    drawing.texts.append(_Text(((LEFT + right) / 2, HEIGHT - 16), result.path, "middle", 14))
    legend = float(LEFT)
    for name, (title, colour) in LINES.items():
        scores = [getattr(point, name) for point in result.points]
        line = tuple(
            (x, bottom - (bottom - TOP) * value)
            for x, value in zip(places, scores, strict=True)
            if value is not None
        )
        drawing.lines.append(_Line(line, colour, 2.5, dots=True))
        drawing.lines.append(_Line(((legend, 22), (legend + 22, 22)), colour, 2.5))
        drawing.texts.append(_Text((legend + 28, 26), title, "start"))
        legend += 60 + 8 * len(title)
    return drawing


def _places(result: Score) -> list[float]:
    """Where each value stands, pixels from the left."""
    values = [point.value for point in result.points]
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values) or len(set(numbers)) < 2:
        numbers = [float(place) for place in range(len(values))]
    low, high = min(numbers), max(max(numbers), min(numbers) + 1e-9)
    inner = 24.0
    width = WIDTH - LEFT - RIGHT - 2 * inner
    return [LEFT + inner + width * (number - low) / (high - low) for number in numbers]


def _svg(drawing: _Drawing) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for line in drawing.lines:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line.points)
        style = f'fill="none" stroke="{line.colour}" stroke-width="{line.width}"'
        parts.append(f'<polyline points="{points}" {style}/>')
        for x, y in line.points if line.dots else ():
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line.colour}"/>')
    for text in drawing.texts:
        x, y = text.place
        style = f'font-size="{text.size}" text-anchor="{text.anchor}"'
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text.text)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _png(drawing: _Drawing) -> Image.Image:
    made = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "white")
    pen = ImageDraw.Draw(made)
    for line in drawing.lines:
        points = [(x * FINE, y * FINE) for x, y in line.points]
        if len(points) > 1:
            pen.line(points, fill=line.colour, width=round(line.width * FINE), joint="curve")
        for x, y in points if line.dots else ():
            reach = 3.5 * FINE
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=line.colour)
    anchors = {"start": "ls", "middle": "ms", "end": "rs"}
    for text in drawing.texts:
        place = (text.place[0] * FINE, text.place[1] * FINE)
        font = ImageFont.load_default(text.size * FINE)
        pen.text(place, text.text, fill=INK, font=font, anchor=anchors[text.anchor])
    return made.reduce(FINE)
