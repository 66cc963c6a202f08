"""The words of a web page, without its menus."""

from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from nodes.agents.documents.kinds import decoded
from nodes.agents.documents.limits import Limits
from nodes.agents.documents.paragraphs import sections_of, tidied
from state.document import Document, DocumentError, Section

_AWAY: Final = (
    "script,style,noscript,template,svg,iframe,nav,aside,form,button,select,dialog,[hidden],[aria-hidden=true]"
)
_MAIN: Final = ("main", "[role=main]", "article", "body")
_BLOCKS: Final = frozenset("h1 h2 h3 h4 h5 h6 p li dt dd blockquote pre td th caption figcaption tr".split())
_HOLDING: Final = ",".join(sorted(_BLOCKS | {"div", "section", "table", "ul", "ol", "article"}))
_LITTLE: Final = 200
"""Characters below which a `main` is no page's main part."""


def read_html(name: str, content: bytes, limits: Limits) -> Document:
    """Return a page's words; raises `DocumentError` for one without any."""
    page = LexborHTMLParser(decoded(name, content))
    title = node.text(strip=True) if (node := page.css_first("title")) else ""
    for away in page.css(_AWAY):
        away.decompose()
    blocks = list(_blocks(_main(page)))
    text = tidied("\n\n".join(text for _, text in blocks))
    if not text:
        raise DocumentError(name, "the page holds no text", hint="A page that a script fills in: save it as PDF.")
    kept = text[: limits.characters]
    sections = _sections(blocks) if any(heading for heading, _ in blocks) else sections_of(kept)
    return Document(name, "html", kept, 1, title[:200], sections, len(text) > limits.characters)


def _main(page: LexborHTMLParser) -> LexborNode:
    body = page.body
    assert body is not None  # noqa: S101 # the parser always makes one
    for selector in _MAIN:
        found = page.css(selector)
        if len(found) == 1 and len(found[0].text(strip=True)) >= _LITTLE:
            return found[0]
    for away in body.css("header,footer"):
        away.decompose()
    return body


def _blocks(node: LexborNode) -> Iterator[tuple[bool, str]]:
    """Yield the innermost blocks of text, and whether each is a heading; a table's row is one block."""
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            text = _words(child)
            if text:
                yield False, text
        elif tag == "tr":
            yield False, " | ".join(filter(None, (_words(cell) for cell in child.css("td,th"))))
        elif tag in _BLOCKS or not child.css_first(_HOLDING):
            text = _words(child)
            if text:
                yield tag in {"h1", "h2", "h3"}, f"• {text}" if tag == "li" else text
        else:
            yield from _blocks(child)


def _words(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _sections(blocks: list[tuple[bool, str]]) -> list[Section]:
    sections: list[Section] = []
    for heading, text in blocks:
        if heading or not sections:
            sections.append(Section(text if heading else "", "" if heading else text))
        else:
            last = sections[-1]
            sections[-1] = Section(last.title, f"{last.text}\n\n{text}".strip())
    return sections
