"""The words of a Word document."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from nodes.agents.documents.limits import Limits
from nodes.agents.documents.paragraphs import sections_of, tidied
from state.document import Document, DocumentError, Section


def read_docx(name: str, content: bytes, limits: Limits) -> Document:
    """Return a DOCX's words, tables row by row; raises `DocumentError` for other archives and bombs."""
    _check_archive(name, content, limits)
    try:
        word = docx.Document(BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DocumentError(name, "it is an archive, but no intact Word document") from error
    blocks = list(_blocks(word))
    text = tidied("\n\n".join(text for _, text in blocks))
    if not text:
        raise DocumentError(name, "it holds no text", hint="Text in pictures is not read: paste it as text.")
    kept = text[: limits.characters]
    sections = _sections(blocks) if any(heading for heading, _ in blocks) else sections_of(kept)
    title = str(word.core_properties.title or "").strip()[:200]
    return Document(name, "docx", kept, 1, title, sections, len(text) > limits.characters)


def _check_archive(name: str, content: bytes, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DocumentError(name, "it is a broken archive") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > limits.unpacked_bytes or (unpacked > 1024 * 1024 and unpacked / packed > limits.ratio):
        raise DocumentError(name, f"it unpacks to {unpacked / 1024 / 1024:.0f} MiB", hint="Send a smaller document.")
    if not any(entry.filename == "word/document.xml" for entry in entries):
        raise DocumentError(name, "it is an archive, but no Word document")


def _blocks(word: WordDocument) -> Iterator[tuple[bool, str]]:
    """Yield paragraphs and tables in order, and whether each is a heading."""
    for block in word.iter_inner_content():
        if isinstance(block, Paragraph):
            style = (block.style.name or "") if block.style else ""
            if block.text.strip():
                yield style.startswith(("Heading", "Title")), block.text.strip()
        elif isinstance(block, Table):
            rows = [" | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in block.rows]
            yield False, "\n".join(rows)


def _sections(blocks: list[tuple[bool, str]]) -> list[Section]:
    sections: list[Section] = []
    for heading, text in blocks:
        if heading or not sections:
            sections.append(Section(text if heading else "", "" if heading else text))
        else:
            last = sections[-1]
            sections[-1] = Section(last.title, f"{last.text}\n\n{text}".strip())
    return sections
