"""Draw the pictures of docs/report.md: `python docs/make_report_images.py DATASET`.

Needs Chromium, which no package brings; a phone is a frame 390 pixels wide, for a window of
Chromium's is at least 500.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from cousins.generators.dataset import Dataset
from cousins.generators.report import write_report

OUT = Path(__file__).parent / "images"
SCHEMES = {"light": 1, "dark": 0}
"""How Chromium numbers what a page asks by `prefers-color-scheme`."""
SCROLL = "<script>addEventListener('load', () => {{ {open} document.querySelector('{to}').scrollIntoView({{behavior: 'instant'}}); }})</script>"  # noqa: E501
FRAME = '<body style="margin:0"><iframe src="page.html" style="border:0" width="{w}" height="{h}">'


def shot(page: str, size: tuple[int, int], scheme: str, to: str, open_: str = "") -> Image.Image:
    """A picture of a page, scrolled to an element."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder:
        place, (width, height) = Path(folder), size
        script = SCROLL.format(to=to, open=open_)
        place.joinpath("page.html").write_text(page.replace("</body>", script + "</body>"))
        place.joinpath("frame.html").write_text(FRAME.format(w=width, h=height))
        subprocess.run(
            [
                found, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
                f"--window-size={max(width, 500)},{height}", "--virtual-time-budget=6000",
                f"--screenshot={place / 'shot.png'}", (place / "frame.html").as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return Image.open(place / "shot.png").convert("RGB").crop((0, 0, width, height))


def beside(*parts: Image.Image) -> Image.Image:
    """Pictures of one height beside each other, with a gap."""
    gap = 20
    width = sum(part.width for part in parts) + gap * (len(parts) - 1)
    sheet = Image.new("RGB", (width, parts[0].height), "white")
    left = 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + gap
    return sheet


def main() -> None:
    """Draw all of them."""
    with tempfile.TemporaryDirectory() as folder:
        page = write_report(Dataset(sys.argv[1]), Path(folder)).read_text(encoding="utf-8")
    unfold = "document.querySelector('.found').open = true;"
    wide, phone = (1280, 1100), (390, 844)
    shots = {
        "report-light": shot(page, wide, "light", "#top"),
        "report-dark": shot(page, wide, "dark", "#clips", unfold),
        "report-phone": beside(
            shot(page, phone, "light", "#top"),
            shot(page, phone, "light", "#labels"),
            shot(page, phone, "dark", "#clips"),
            shot(page, phone, "dark", "#success"),
        ),
    }
    for name, picture in shots.items():
        picture.save(OUT / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
