"""Tell what a file is by its bytes; its name is only the sender's word."""

import re
from typing import Final

from state.document import DocumentError, DocumentKind

_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|main|h1|p|div)[\s>]", re.IGNORECASE)
_HEAD: Final = 4096
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13})
_OTHERS: Final = {
    b"\xd0\xcf\x11\xe0": "an old Word file; save it as .docx or PDF",
    b"\x89PNG": "a picture; send the document itself, or a PDF with text",
    b"\xff\xd8\xff": "a picture; send the document itself, or a PDF with text",
    b"{\\rtf": "an RTF file; save it as .docx or PDF",
}


def kind_of(name: str, content: bytes) -> DocumentKind:
    """Return what a file is; raises `DocumentError` for what is not read."""
    if not content.strip():
        raise DocumentError(name, "the file is empty")
    for start, what in _OTHERS.items():
        if content.startswith(start):
            raise DocumentError(name, f"it is {what}")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    if _HTML.search(content[:_HEAD]):
        return "html"
    decoded(name, content)
    return "text"


def decoded(name: str, content: bytes) -> str:
    """Return text in UTF-8, UTF-16 with its mark, or Windows-1252; raises `DocumentError` for what is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content.translate(None, _CONTROLS) != content:
        raise DocumentError(name, "it is no text, PDF, DOCX or HTML file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
