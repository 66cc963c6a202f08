"""A streamed answer as a whole, checked before anybody acts on it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from nodes.models.asking import Usage
from nodes.models.pieces import Piece, ToolPart
from state.errors import ModelError

TOOL_CALLS: Final = 16
"""More tools at once than this is no plan."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call of a tool that was offered."""

    id: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, as it is remembered."""

    text: str
    tools: list[ToolCall]
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    provider_fallback: bool = False


@dataclass(slots=True)
class _Begun:
    id: str = ""
    name: str = ""
    arguments: str = ""


class Gathered:
    """Collects pieces; tool calls come out only at the end, whole and checked."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: dict[int, _Begun] = {}
        self.usage = Usage()

    def add(self, piece: Piece) -> None:
        """Take the next piece."""
        self.usage = piece.usage or self.usage
        if piece.text:
            self._text.append(piece.text)
        for part in piece.tools:
            self._take(part)

    def _take(self, part: ToolPart) -> None:
        call = self._calls.setdefault(part.index, _Begun())
        call.id = call.id or part.id or ""
        call.name = call.name or part.name or ""
        call.arguments += part.arguments

    def answer(self, model: str, offered: Collection[str]) -> Answer:
        """Return the whole.

        Raises:
            ModelError: `malformed` when there is nothing, when a tool's arguments are no JSON object, when calls have
                one id or are the same, or are too many; `unknown_label` for a tool that wasn't offered.
        """
        text, calls = "".join(self._text), list(self._calls.values())
        if not text.strip() and not calls:
            raise ModelError("malformed", model, "the answer is empty")
        if len(calls) > TOOL_CALLS:
            raise ModelError("malformed", model, f"it calls {len(calls)} tools at once, {TOOL_CALLS} are allowed")
        tools = [_whole(model, call, offered) for call in calls]
        ids = {call.id for call in tools}
        same = {(call.name, orjson.dumps(call.args, option=orjson.OPT_SORT_KEYS)) for call in tools}
        if len(ids) < len(tools) or len(same) < len(tools):
            raise ModelError("malformed", model, "it calls a tool twice for the same")
        return Answer(text, tools, usage=self.usage)


def _whole(model: str, call: _Begun, offered: Collection[str]) -> ToolCall:
    if call.name not in offered:
        raise ModelError("unknown_label", model, "it calls a tool that was not offered")
    try:
        args = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError as error:
        raise ModelError("malformed", model, f"the arguments for {call.name!r} are no JSON") from error
    if not isinstance(args, dict) or not call.id:
        raise ModelError("malformed", model, f"the call of {call.name!r} is not whole")
    return ToolCall(call.id, call.name, args)
