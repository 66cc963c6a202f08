"""Readable results: Markdown, and the same as a page that stands by itself."""

import re
from collections.abc import Iterable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from nodes.agents.ports import Artefact, StepContext
from nodes.agents.wording import Language

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_LINE_START: Final = re.compile(r"^(\d*)([-+=.)])(?=\s|$|=|-)")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_PAGES: Final = Environment(
    loader=PackageLoader("nodes.agents", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, in one line."""
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; the cells are Markdown already."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def page(title: str, markdown: str, language: Language) -> str:
    """Return a whole HTML page: readable on a phone, in the dark and on paper, with no script in it."""
    body = Markup(_MARKDOWN.render(markdown))  # noqa: S704 # the renderer escapes what is no Markdown
    return _PAGES.get_template("report.html.jinja").render(title=title, body=body, language=language)


async def keep_report(context: StepContext, name: str, title: str, markdown: str, language: Language) -> list[Artefact]:
    """Keep a report as Markdown and as a page; return both files."""
    html = page(title, markdown, language)
    return [
        await context.files.write(f"{name}.md", markdown.encode(), "text/markdown"),
        await context.files.write(f"{name}.html", html.encode(), "text/html"),
    ]
