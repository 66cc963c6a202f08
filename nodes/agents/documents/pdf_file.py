"""The words of a PDF."""

import re
from collections import Counter
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from nodes.agents.documents.limits import Limits
from nodes.agents.documents.paragraphs import joined_lines, sections_of, tidied
from state.document import Document, DocumentError

_EDGE: Final = 2
"""Lines at the top and the bottom of a page that may be a running head."""
_OFTEN: Final = 0.6
"""Share of the pages from which such a line is one."""


def read_pdf(name: str, content: bytes, limits: Limits) -> Document:
    """Return a PDF's words; raises `DocumentError` for one that is locked, broken or only pictures."""
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError(name, "it is locked with a password", hint="Save it without a password and send that.")
        total = len(reader.pages)
    except PyPdfError as error:
        raise DocumentError(name, "it is no intact PDF") from error
    pages, warnings = _pages(reader, min(total, limits.pages))
    text = tidied("\n\n".join(joined_lines(page) for page in _without_running_heads(pages)))
    if not text:
        raise DocumentError(
            name, "it holds no text, only pictures", hint="Run it through text recognition (OCR) first."
        )
    if total > limits.pages:
        warnings.append(f"only the first {limits.pages} of {total} pages were read")
    title = (reader.metadata.title if reader.metadata else "") or ""
    kept = text[: limits.characters]
    cut = len(text) > limits.characters or total > limits.pages
    return Document(name, "pdf", kept, total, str(title).strip()[:200], sections_of(kept), cut, warnings)


def _pages(reader: PdfReader, count: int) -> tuple[list[list[str]], list[str]]:
    """Return the lines of each page, and which pages are broken."""
    pages, warnings = [], []
    for number in range(count):
        try:
            pages.append([line.strip() for line in reader.pages[number].extract_text().splitlines()])
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            warnings.append(f"page {number + 1} is broken and was left out")
    return pages, warnings


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    full = [[line for line in page if line] for page in pages]
    seen = Counter(key for page in full for key in {_key(line) for line in page[:_EDGE] + page[-_EDGE:]})
    often = {key for key, count in seen.items() if count >= max(3, _OFTEN * len(pages))}
    numbers = re.compile(r"(?:p[áa]g(?:ina)?\.?|page)?\s*\d+(?:\s*(?:/|de|of)\s*\d+)?", re.IGNORECASE)
    cleaned = []
    for page, lines in zip(pages, full, strict=True):
        edge = set(lines[:_EDGE] + lines[-_EDGE:])
        gone = {line for line in edge if _key(line) in often or numbers.fullmatch(line)}
        cleaned.append([line for line in page if line not in gone])
    return cleaned


def _key(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())
