"""The catalogue page: pictures of the right things, self-contained, and alive in a browser."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from test_index import Shelf
from worlds import LIBRARY, first

from cousins.generators.gallery import write_page
from cousins.generators.gallery.studio import joints_at, pictures
from cousins.generators.gallery.thumbnails import OPENINGS, SIZE, thumbnail
from cousins.scenes.index import build_index
from cousins.schemas import DatasetError

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHELF = Shelf(
    {
        "mug.n.04": tuple(f"mug-{i:04d}" for i in range(8)),
        "cabinet.n.01": ("cabinet-0000", "cabinet-0001"),
        "apple.n.01": ("apple-0000", "copy"),
        "bowl.n.01": ("bowl-0000", "bowl-0001"),
    },
    renamed={"copy": "apple-0000"},
    broken=("bowl-0001",),
)
PROBE = """
<script>
addEventListener("load", () => {
  const root = document.documentElement, found = {};
  const shown = () => [...document.querySelectorAll(".card")]
    .filter((card) => card.checkVisibility()).map((card) => card.querySelector("code").textContent);
  const set = (id, value) => {
    byId(id).value = value;
    byId(id).dispatchEvent(new Event("input", {bubbles: true}));
  };
  root.dataset.overflow = root.scrollWidth - root.clientWidth;
  set("search", "drawer cab"); found.nothing = [shown().length, !byId("nothing").hidden];
  set("search", "CABINET slide"); found.search = shown();
  byId("reset").click(); found.reset = shown().length;
  document.querySelector("[value=support]").click(); found.support = shown();
  byId("reset").click();
  const film = () => new DOMMatrix(getComputedStyle(
    document.querySelector(".tile:not(.still) .film")).transform).e;
  found.closed = film();
  set("opening", 4); found.open = film(); found.stage = byId("stage").textContent;
  document.querySelector("[data-id=cabinet-0000].open").click();
  found.title = byId("title").textContent;
  found.facts = byId("facts").textContent;
  found.own = byId("own").value;
  root.dataset.found = JSON.stringify(found);
});
addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });
</script>
"""
Picture = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUSINS_CACHE", str(folder / "cache"))
        indexed = [(SHELF, build_index(SHELF))]
        text = write_page(indexed, folder / "new" / "page.html").read_text(encoding="utf-8")
        kept = sorted((folder / "cache" / "thumbnails").iterdir())
        assert len(kept) == 6 + 2 + 1 + 1
        patch.setattr("cousins.generators.gallery.thumbnails._draw", _refuse)
        again = write_page(indexed, folder / "page.html").read_text(encoding="utf-8")
    assert again == text
    return text


def _refuse(asset: Any) -> bytes:
    raise AssertionError("drawn twice")


def alpha(picture: Picture) -> npt.NDArray[np.float64]:
    return picture[..., 3] / 255.0


def test_a_picture_shows_the_asset_in_its_middle_and_nothing_at_its_border() -> None:
    (picture,) = pictures(first("mug.n.04"), 96, (0.0,))
    assert picture.shape == (96, 96, 4)
    solid = alpha(picture) > 0.95
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    spans = [rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1]
    assert 0.78 * 96 < max(spans) < 0.88 * 96
    assert abs(rows[0] + rows[-1] - 95) <= 2
    assert abs(columns[0] + columns[-1] - 95) <= 2
    border = np.concatenate([alpha(picture)[[0, -1]].ravel(), alpha(picture)[:, [0, -1]].ravel()])
    assert border.max() < 0.02
    soft = (alpha(picture) > 0.05) & (alpha(picture) < 0.65)
    assert 0.01 < soft.mean() < 0.3  # the shadow


def test_pictures_of_a_drawer_differ_as_it_opens_and_repeat() -> None:
    cabinet = first("cabinet.n.01")
    once, again = (pictures(cabinet, 64, (0.0, 0.5, 1.0)) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one, other)
    closed, half, opened = (alpha(picture) > 0.95 for picture in once)
    assert (closed ^ half).mean() > 0.01
    assert (closed ^ opened).sum() > (closed ^ half).sum()


def test_all_joints_open_towards_their_farther_limit() -> None:
    cabinet = first("cabinet.n.01")
    assert joints_at(cabinet, 0.0) == {joint.name: 0.0 for joint in cabinet.joints}
    assert joints_at(cabinet, 1.0) == {joint.name: joint.limits[1] for joint in cabinet.joints}
    joint = cabinet.joints[0].model_copy(update={"limits": (-0.4, 0.1)})
    link = cabinet.links[1].model_copy(update={"joint": joint})
    turned = cabinet.model_copy(update={"links": (cabinet.links[0], link)})
    assert joints_at(turned, 0.5) == {joint.name: pytest.approx(-0.2)}


def test_page_needs_nothing_from_outside(html: str) -> None:
    links = re.findall(r"(?:src|href|poster|srcset)\s*=\s*\"([^\"]*)\"", html)
    assert sum(link.startswith("data:image/") for link in links) >= 10  # its pictures
    assert all(link.startswith(("data:", "#")) for link in links)
    assert not re.search(r"url\(|@import|https?://", html)


def test_page_has_each_category_and_a_few_of_its_assets(html: str) -> None:
    cards = re.findall(r"<article.*?</article>", html, flags=re.S)
    assert len(cards) == 4
    mugs = next(card for card in cards if "mug.n.04" in card)
    assert mugs.count('class="tile') == 6
    assert "8 assets" in mugs
    cabinets = next(card for card in cards if "cabinet.n.01" in card)
    assert cabinets.count('data-id="cabinet-0000"') == 2
    assert 'data-end="closed"' in cabinets
    assert 'data-end="open"' in cabinets
    apples = next(card for card in cards if "apple.n.01" in card)
    assert 'data-id="copy"' not in apples  # the same shape is shown once


def test_page_tells_what_was_set_aside_and_why(html: str) -> None:
    assert "cannot be built: a mesh is missing" in html
    assert "it was never there" in html
    assert "92.86%" in html  # 13 of 14


def test_articulated_thumbnails_are_strips(html: str) -> None:
    sizes = {
        Image.open(io.BytesIO(base64.b64decode(data))).size
        for data in re.findall(r"data:image/webp;base64,([^\"]+)", html)
    }
    assert sizes == {(SIZE, SIZE), (SIZE * len(OPENINGS), SIZE)}


def test_a_thumbnail_cut_off_is_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path))
    asset = LIBRARY.get("apple-0000")
    drawn = thumbnail(asset.content_hash(), lambda: asset)
    (path,) = tmp_path.rglob("*.webp")
    path.write_bytes(path.read_bytes()[:200])
    assert thumbnail(asset.content_hash(), lambda: asset) == drawn
    assert path.stat().st_size > 200


def test_data_cannot_end_the_script(html: str) -> None:
    text = re.search(r'id="assets">(.*?)</script>', html, flags=re.S)
    assert text is not None
    facts = json.loads(text[1])
    assert set(facts) >= {"mug-0000", "cabinet-0000", "apple-0000"}
    assert facts["cabinet-0000"]["Licence"] == LIBRARY.get("cabinet-0000").licence


def test_a_page_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="cannot write"):
        write_page([], tmp_path / "file" / "page.html")


@pytest.mark.parametrize("width", [420, 1280])
def test_browser_filters_opens_and_tells(html: str, tmp_path: Path, width: int) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    path = tmp_path / "page.html"
    path.write_text(html.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900", "--virtual-time-budget=4000", "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    root = re.search(r"<html[^>]*>", done.stdout)
    assert root is not None
    data = dict(re.findall(r"data-(\w+)=\"([^\"]*)\"", root[0]))
    assert "error" not in data
    assert data["ready"] == "yes"
    assert int(data["overflow"]) <= 0
    found = json.loads(data["found"].replace("&quot;", '"'))
    assert found["nothing"] == [0, True]
    assert found["search"] == ["cabinet.n.01"]
    assert found["reset"] == 4
    assert "cabinet.n.01" in found["support"]
    assert "mug.n.04" not in found["support"]
    assert found["closed"] == 0
    assert found["open"] < -50
    assert (found["stage"], found["own"], found["title"]) == ("open", "4", "cabinet-0000")
    assert "Apache-2.0" in found["facts"]
