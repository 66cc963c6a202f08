"""The process in which a document is read: an order and the file's bytes on stdin, the words as JSON on stdout."""

import logging
import sys
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Final

import orjson

from nodes.agents.documents.limits import Limits
from state.document import Document, DocumentError

try:
    import resource
except ImportError:  # Windows has no such limits; there the parent's clock is the only one
    resource = None  # type: ignore[assignment]  # there is none

Reader = Callable[[str, bytes, Limits], Document]
_READERS: Final = {kind: f"nodes.agents.documents.{kind}_file:read_{kind}" for kind in ("pdf", "docx", "html")}
"""Imported when they are needed: each brings a library that takes its time."""


def main() -> None:
    """Read one document and say what is in it, or why not."""
    order_line, _, content = sys.stdin.buffer.read().partition(b"\n")
    order = orjson.loads(order_line)
    limits = Limits(**order["limits"])
    read: Reader = resolve_name(_READERS[order["kind"]])
    _bound(limits)
    logging.disable()
    sys.stdout.buffer.write(_answer(read, order["name"], content, limits))


def _answer(read: Reader, name: str, content: bytes, limits: Limits) -> bytes:
    try:
        return orjson.dumps(read(name, content, limits))
    except DocumentError as error:
        reason = error.message.partition("can't be read: ")[2].rstrip(".")
        return orjson.dumps({"refused": reason, "hint": error.hint})
    except (MemoryError, RecursionError):
        return orjson.dumps({"refused": "it takes too much memory", "hint": ""})
    except Exception as error:  # noqa: BLE001 # a parser may raise anything on a file that was made to break it
        return orjson.dumps({"refused": f"the file is broken ({type(error).__name__})", "hint": ""})


def _bound(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
