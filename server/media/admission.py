"""Which files are taken: by their size, and by what their bytes say they are."""

import re
from pathlib import PurePosixPath
from typing import Final

import filetype

from state.media import MediaFailedError
from state.turn import MediaKind

MIB: Final = 1 << 20
_LARGEST: Final[dict[MediaKind, int]] = {
    "image": 5 * MIB,
    "sticker": MIB,
    "audio": 16 * MIB,
    "voice": 16 * MIB,
    "video": 16 * MIB,
}
"""Bytes; what WhatsApp itself allows (a sticker's 500 KB rounded up)."""
_MAIN: Final[dict[MediaKind, tuple[str, ...]]] = {
    "image": ("image/",),
    "sticker": ("image/",),
    "audio": ("audio/", "video/mp4", "video/3gpp"),
    "voice": ("audio/", "video/mp4", "video/3gpp"),
    "video": ("video/",),
    "document": ("image/", "audio/", "video/", "text/plain"),
}
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_PAPERS: Final = {
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/epub+zip": "epub",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    f"{_OOXML}wordprocessingml.document": "docx",
    f"{_OOXML}spreadsheetml.sheet": "xlsx",
    f"{_OOXML}presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
"""Documents besides pictures, sound, films and plain text: no archives, no programs."""
_EXTENSIONS: Final = _PAPERS | {
    "text/plain": "txt",
    "image/jpeg": "jpg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/quicktime": "mov",
}
_PLAIN: Final = frozenset({"txt", "csv", "tsv", "md", "json", "xml", "log", "vcf", "ics"})
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_LONGEST_NAME: Final = 80


def largest(kind: MediaKind, document_bytes: int) -> int:
    """Return how many bytes a file of a kind may have; documents have a limit that the operator sets."""
    return _LARGEST.get(kind, document_bytes)


def admitted(kind: MediaKind, content: bytes) -> str:
    """Return what a file's bytes say it is, as a media type; raises `MediaFailedError` for what isn't taken."""
    mime = str(filetype.guess_mime(content) or "") or _text(content)
    if not content or not (mime.startswith(_MAIN[kind]) or (kind == "document" and mime in _PAPERS)):
        raise MediaFailedError("refused", f"a {kind} whose bytes say {mime or 'nothing known'}.")
    return mime.replace("video/", "audio/") if kind in {"audio", "voice"} else mime


def file_name(told_name: str, mime: str) -> str:
    """Return a harmless name for a file: the sender's words, an ending that fits what it is."""
    told = PurePosixPath(told_name)
    stem = re.sub(r"[^\w .()-]+", "_", told.stem).strip(" .")[:_LONGEST_NAME] or "file"
    named = told.suffix.lower().removeprefix(".")
    plain = mime == "text/plain" and named in _PLAIN
    return f"{stem}.{named if plain else extension(mime)}"


def extension(mime: str) -> str:
    """Return the usual ending of a media type's files, without a dot."""
    known = re.sub(r"[^a-z0-9]", "", mime.partition("/")[2].removeprefix("x-"))
    return _EXTENSIONS.get(mime) or known or "bin"


def _text(content: bytes) -> str:
    """Return `text/plain` for UTF-8 without control characters, else nothing."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if content.translate(None, _CONTROLS) != content else "text/plain"
