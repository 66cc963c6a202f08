"""The extractor: fetches and keeps a file, and reads the words of a PDF, a Word document, a web page or a text."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.documents.kinds import kind_of
from nodes.agents.documents.limits import Limits
from nodes.agents.documents.reading import read_document
from nodes.agents.given import GivenDocument
from nodes.agents.ports import Action, Agent, Artefact, StepContext
from nodes.agents.web import Web
from nodes.agents.wording import language_of
from state.document import DocumentKind, Section

_MIMES: Final[dict[DocumentKind, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "text": "text/plain",
}


class Fetch(BaseModel):
    """A file to keep, fetched first where only its address is given."""

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
    "fetch": Action(Fetch, "Keep a file, or fetch it from its address, and say what it is."),
    "text": Action(Text, "Read the words of a PDF, DOCX, HTML or text file, with its sections."),
}


def extractor_with(web: Web) -> Agent:
    """Return the extractor; `web` is where documents come from that are given by their address."""

    async def extractor(action: str, given: Fetch | Text, context: StepContext) -> Artefact | Extracted:
        """Keep a file, or read it; raises `DocumentError` for what can't be read, and what `Web.fetch` does."""
        name, content = await _content(given.document, web, context)
        if action == "fetch" and isinstance(given, Fetch):
            return await _keep(given.document.artefact, name, content, context)
        assert isinstance(given, Text)  # noqa: S101 # the registry checked the input by the action
        return await _read(given, name, content, context)

    return extractor


async def _content(document: GivenDocument, web: Web, context: StepContext) -> tuple[str, bytes]:
    if document.url is None:
        return document.name, await document.content(context)
    fetched = await web.fetch(document.url, Limits().bytes)
    context.log("info", "Fetched.", address=fetched.address, bytes=len(fetched.content))
    return document.name if "name" in document.model_fields_set else fetched.name, fetched.content


async def _keep(kept: Artefact | None, name: str, content: bytes, context: StepContext) -> Artefact:
    kind = kind_of(name, content)
    context.log("info", "The file is here.", kind=kind, bytes=len(content))
    return kept or await context.files.write(name, content, _MIMES[kind])


async def _read(given: Text, name: str, content: bytes, context: StepContext) -> Extracted:
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
