"""The template that all pages share: text of strangers stays text, and gaps are errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from cousins.generators.templates import page_template

HOSTILE = '<!--<script></script><img src=x onerror="alert(1)">é'


def page(folder: Path, **values: object) -> str:
    (folder / "page.html.j2").write_text(
        '<p>{{ text }}</p><script type="application/json">{{ data|tojson }}</script>'
    )
    return page_template(folder).render(values)


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    shown = page(tmp_path, text=HOSTILE, data={"z": HOSTILE, "a": 1})
    assert shown.count("<script") == shown.count("</script") == 1
    assert "<img" not in shown
    assert "<!--" not in shown
    (found,) = re.findall(r"json\">(.*?)</script>", shown)
    assert list(json.loads(found).items()) == [("z", HOSTILE), ("a", 1)]
    assert "é" in found


def test_a_value_that_is_not_given_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError, match="'text' is undefined"):
        page(tmp_path, data={})
