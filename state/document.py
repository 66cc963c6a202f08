"""Documents that were read, and what can be wrong with them."""

from dataclasses import dataclass, field
from typing import Literal

from state.errors import InvalidInputError

DocumentKind = Literal["pdf", "docx", "html", "text"]


class DocumentError(InvalidInputError):
    """A document that can't be read, or that is over a limit."""

    code = "unreadable_document"

    def __init__(
        self, name: str, reason: str, *, hint: str = "Send a PDF, DOCX, HTML or text file that opens."
    ) -> None:
        super().__init__(f"{name[:80]!r} can't be read: {reason}.", hint=hint)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading; the part before the first heading has none."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The words of a file.

    Attributes:
        text: paragraphs with an empty line between, headings among them.
        pages: of a PDF; 1 for everything else.
        truncated: there was more than the limits allow.
        warnings: what was left out and why.
    """

    name: str
    kind: DocumentKind
    text: str
    pages: int = 1
    title: str = ""
    sections: list[Section] = field(default_factory=list)
    truncated: bool = False
    warnings: list[str] = field(default_factory=list)
