"""The extractor: keeps a file, and reads the words of a PDF, a Word document, a web page or a text."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.documents.kinds import kind_of
from nodes.agents.documents.limits import Limits
from nodes.agents.documents.reading import read_document
from nodes.agents.given import GivenDocument
from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.wording import language_of
from state.document import DocumentKind, Section

_MIMES: Final[dict[DocumentKind, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "text": "text/plain",
}


class Fetch(BaseModel):
    """A file to keep."""

    model_config = ConfigDict(extra="forbid")

    document: GivenDocument


class Text(BaseModel):
    """A file to read.

    Attributes:
        pages: of a PDF that are read at most.
        characters: of text that are kept at most.
    """

    model_config = ConfigDict(extra="forbid")

    document: GivenDocument
    pages: int = Field(default=300, ge=1, le=2000)
    characters: int = Field(default=200_000, ge=1000, le=1_000_000)


class Extracted(BaseModel):
    """The words of a file; `truncated` when there was more than the limits allow, `warnings` say what is missing."""

    name: str
    kind: DocumentKind
    title: str
    language: Literal["es", "en"]
    pages: int
    characters: int
    text: str
    sections: list[Section]
    truncated: bool
    warnings: list[str]


ACTIONS: Final = {
    "fetch": Action(Fetch, "Keep a file and say what it is."),
    "text": Action(Text, "Read the words of a PDF, DOCX, HTML or text file, with its sections."),
}


async def extractor(action: str, given: Fetch | Text, context: StepContext) -> Artefact | Extracted:
    """Keep a file, or read it; raises `DocumentError` for what can't be read."""
    if action == "fetch" and isinstance(given, Fetch):
        return await _fetch(given, context)
    assert isinstance(given, Text)  # noqa: S101 # the registry checked the input by the action
    return await _read(given, context)


async def _fetch(given: Fetch, context: StepContext) -> Artefact:
    content = await given.document.content(context)
    kind = kind_of(given.document.name, content)
    context.log("info", "The file is here.", kind=kind, bytes=len(content))
    if given.document.artefact is not None:
        return given.document.artefact
    return await context.files.write(given.document.name, content, _MIMES[kind])


async def _read(given: Text, context: StepContext) -> Extracted:
    name = given.document.name
    content = await given.document.content(context)
    context.progress(0.1, "reading the file")
    read = await read_document(name, content, Limits(pages=given.pages, characters=given.characters))
    for warning in read.warnings:
        context.log("warning", warning)
    context.progress(1.0, "reading the file")
    return Extracted(
        name=name,
        kind=read.kind,
        title=read.title or (read.sections[0].title if read.sections else ""),
        language=language_of(read.text, context.locale),
        pages=read.pages,
        characters=len(read.text),
        text=read.text,
        sections=read.sections,
        truncated=read.truncated,
        warnings=read.warnings,
    )
