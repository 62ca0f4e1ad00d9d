"""Templates of pages: each page is one HTML file that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

PAGE = "page.html.j2"


def page_template(folder: Path) -> Template:
    """The template that lies beside a page's module, as `page.html.j2`.

    Values are escaped, a name that is not given is an error, and `tojson` keeps the order of keys.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment.get_template(PAGE)
