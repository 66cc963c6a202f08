"""How much of a document is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document.

    Attributes:
        bytes: of the file.
        unpacked_bytes: of everything in a DOCX together.
        ratio: of unpacked to packed bytes in a DOCX; Word's own files stay below 50.
        pages: of a PDF that are read.
        characters: of text that are kept.
        seconds: of work, after which the reading is ended.
        memory_bytes: that the reading process may take.
    """

    bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 120 * 1024 * 1024
    ratio: int = 200
    pages: int = 300
    characters: int = 1_000_000
    seconds: int = 30
    memory_bytes: int = 1536 * 1024 * 1024
