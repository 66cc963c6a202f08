"""Read a document in a process of its own, which has bounds and can be ended at any moment."""

import asyncio
import sys
from contextlib import suppress
from typing import Final

import orjson
from pydantic import TypeAdapter

from nodes.agents.documents.kinds import decoded, kind_of
from nodes.agents.documents.limits import Limits
from nodes.agents.documents.paragraphs import sections_of, tidied
from state.document import Document, DocumentError

_DOCUMENT: Final = TypeAdapter(Document)
_BROKEN: Final = "The file may be damaged: open it and save it anew, as PDF or DOCX."


async def read_document(name: str, content: bytes, limits: Limits | None = None) -> Document:
    """Return a file's words; raises `DocumentError`."""
    limits = limits or Limits()
    if len(content) > limits.bytes:
        mib = limits.bytes / 1024 / 1024
        raise DocumentError(name, f"it has {len(content) / 1024 / 1024:.1f} MiB", hint=f"Send at most {mib:.0f} MiB.")
    kind = kind_of(name, content)
    if kind == "text":
        text = tidied(decoded(name, content))
        return Document(
            name, kind, text[: limits.characters], sections=sections_of(text[: limits.characters]),
            truncated=len(text) > limits.characters,
        )  # fmt: skip
    order = orjson.dumps({"name": name, "kind": kind, "limits": limits})
    return _result(name, await _in_a_process(name, order + b"\n" + content, limits))


async def _in_a_process(name: str, given: bytes, limits: Limits) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nodes.agents.documents.process",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(limits.seconds):
            said, _ = await process.communicate(given)
    except TimeoutError as error:
        raise DocumentError(name, f"reading it takes longer than {limits.seconds} s", hint=_BROKEN) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said


def _result(name: str, said: bytes) -> Document:
    try:
        answer = orjson.loads(said)
    except orjson.JSONDecodeError as error:
        raise DocumentError(name, "it takes too much memory or time", hint=_BROKEN) from error
    if "refused" in answer:
        raise DocumentError(name, answer["refused"], hint=answer["hint"] or _BROKEN)
    return _DOCUMENT.validate_python(answer)
