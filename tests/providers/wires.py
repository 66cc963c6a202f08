"""What OpenAI's and Anthropic's answers look like on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import orjson

from nodes.models.anthropic.connection import connect as connect_anthropic
from nodes.models.openai.connection import connect as connect_openai
from tests.providers.server import Connection, Play, Seen

Reason = Literal["stop", "length", "refusal", "tools", "pause"]
Tool = tuple[str, str, Sequence[str]]
"""Id, name, and the parts of its arguments' JSON."""


class Wire(Protocol):
    """One provider's format. Usage is always 100 tokens in (20 of them cached) and 7 out."""

    name: str

    def connection(self, url: str, *, read_s: float = 30.0, connect_s: float = 30.0) -> Connection: ...
    def whole(self, text: str, reason: Reason = "stop") -> Play: ...
    def error(self, status: int, kind: str, headers: Mapping[str, str] | None = None) -> Play: ...
    def begin(self) -> list[bytes]: ...
    def text(self, text: str) -> bytes: ...
    def tool(self, index: int, tool: Tool) -> list[bytes]: ...
    def finish(self, reason: Reason) -> list[bytes]: ...
    def broken(self, kind: str) -> bytes: ...


def choosing(wire: Wire, seen: Seen, **choices: str) -> Play:
    """Answer questions with these choices."""
    return wire.whole(orjson.dumps(choices).decode())


def written(wire: Wire, *texts: str, tools: Sequence[Tool] = (), reason: Reason = "stop") -> Play:
    """Stream an answer as it should be."""
    called = [part for index, tool in enumerate(tools) for part in wire.tool(index, tool)]
    return Play([*wire.begin(), *map(wire.text, texts), *called, *wire.finish("tools" if tools else reason)])


def _json(value: object) -> bytes:
    return orjson.dumps(value)


class _OpenAI:
    name = "openai:test-1"
    _ends: Mapping[Reason, str] = {
        "stop": "stop",
        "length": "length",
        "refusal": "content_filter",
        "tools": "tool_calls",
        "pause": "pause",
    }
    _usage: Mapping[str, Any] = {
        "prompt_tokens": 100,
        "completion_tokens": 7,
        "total_tokens": 107,
        "prompt_tokens_details": {"cached_tokens": 20},
    }

    def connection(self, url: str, *, read_s: float = 30.0, connect_s: float = 30.0) -> Connection:
        return connect_openai("sk-canary", f"{url}/v1", read_s, connect_s)

    def whole(self, text: str, reason: Reason = "stop") -> Play:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": self._ends[reason]}
        return Play([_json({"id": "c", "object": "chat.completion", "choices": [choice], "usage": self._usage})])

    def error(self, status: int, kind: str, headers: Mapping[str, str] | None = None) -> Play:
        error = {"message": "the words of a customer", "type": kind, "code": kind, "param": None}
        return Play([_json({"error": error})], status, headers or {})

    def begin(self) -> list[bytes]:
        return [self._chunk({"role": "assistant", "content": ""})]

    def text(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def tool(self, index: int, tool: Tool) -> list[bytes]:
        id_, name, parts = tool
        first = {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
        rest = [{"index": index, "function": {"arguments": part}} for part in parts]
        return [self._chunk({"tool_calls": [call]}) for call in (first, *rest)]

    def finish(self, reason: Reason) -> list[bytes]:
        usage = _json({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": self._usage})
        return [self._chunk({}, self._ends[reason]), b"data: " + usage + b"\n\n", b"data: [DONE]\n\n"]

    def broken(self, kind: str) -> bytes:
        return b"data: " + _json({"error": {"message": "x", "type": kind, "code": kind}}) + b"\n\n"

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "model": "test-1", "choices": [choice]}
        return b"data: " + _json(chunk) + b"\n\n"


class _Anthropic:
    name = "anthropic:test-1"
    _ends: Mapping[Reason, str] = {
        "stop": "end_turn",
        "length": "max_tokens",
        "refusal": "refusal",
        "tools": "tool_use",
        "pause": "pause_turn",
    }
    _usage: Mapping[str, Any] = {"input_tokens": 80, "cache_read_input_tokens": 20, "output_tokens": 7}

    def connection(self, url: str, *, read_s: float = 30.0, connect_s: float = 30.0) -> Connection:
        return connect_anthropic("sk-canary", url, read_s, connect_s)

    def whole(self, text: str, reason: Reason = "stop") -> Play:
        content = [{"type": "text", "text": text}] if text else []
        return Play([_json(self._message(content, self._ends[reason]) | {"usage": self._usage})])

    def error(self, status: int, kind: str, headers: Mapping[str, str] | None = None) -> Play:
        error = {"type": kind, "message": "the words of a customer"}
        return Play([_json({"type": "error", "error": error})], status, headers or {})

    def begin(self) -> list[bytes]:
        usage = {"input_tokens": 80, "cache_read_input_tokens": 20, "output_tokens": 1}
        message = self._message([], None) | {"usage": usage}
        block = {"type": "text", "text": ""}
        return [
            self._event("message_start", message=message),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        ]

    def text(self, text: str) -> bytes:
        return self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def tool(self, index: int, tool: Tool) -> list[bytes]:
        id_, name, parts = tool
        block = {"type": "tool_use", "id": id_, "name": name, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
        return [
            self._event("content_block_start", index=index + 1, content_block=block),
            *(self._event("content_block_delta", index=index + 1, delta=delta) for delta in deltas),
            self._event("content_block_stop", index=index + 1),
        ]

    def finish(self, reason: Reason) -> list[bytes]:
        delta = {"stop_reason": self._ends[reason], "stop_sequence": None}
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=delta, usage={"output_tokens": 7}),
            self._event("message_stop"),
        ]

    def broken(self, kind: str) -> bytes:
        return self._event("error", error={"type": kind, "message": "x"})

    def _message(self, content: Sequence[object], reason: str | None) -> dict[str, Any]:
        head = {"id": "m", "type": "message", "role": "assistant", "model": "test-1"}
        return {**head, "content": content, "stop_reason": reason, "stop_sequence": None}

    def _event(self, kind: str, **fields: object) -> bytes:
        return f"event: {kind}\ndata: ".encode() + _json({"type": kind, **fields}) + b"\n\n"


OPENAI: Wire = _OpenAI()
ANTHROPIC: Wire = _Anthropic()
