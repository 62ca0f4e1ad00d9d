"""Makes the files of examples/ part of the site, so that links to them lead somewhere."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

EXAMPLES = Path(__file__).parents[1] / "examples"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the examples beside the pages."""
    for path in sorted(EXAMPLES.iterdir()):
        if path.suffix in (".yaml", ".ipynb", ".py"):
            text = path.read_text(encoding="utf-8")
            files.append(File.generated(config, f"examples/{path.name}", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to the examples there."""
    del page, config, files
    return markdown.replace("](../examples/", "](examples/")
