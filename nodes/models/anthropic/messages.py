"""Answers by Anthropic's messages, streamed."""

from collections.abc import Mapping, Sequence
from typing import Any

from anthropic import AsyncAnthropic, AsyncStream, BadRequestError
from anthropic.types import RawMessageStreamEvent
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from nodes.models.anthropic.faults import anthropic_faults
from nodes.models.anthropic.shapes import Block, Message, UsageOnWire, ended, usage_of
from nodes.models.asking import Usage
from nodes.models.pieces import ChatRequest, Piece, Pieces, ToolPart
from nodes.models.wire import Extras, Wire
from state.errors import ModelError


class _Delta(Wire):
    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(Wire):
    type: str
    index: int = 0
    message: Message | None = None
    content_block: Block | None = None
    delta: _Delta | None = None
    usage: UsageOnWire | None = None


class AnthropicMessages:
    """Writes answers without thinking; the client's own retries must be off."""

    def __init__(self, client: AsyncAnthropic, model: str) -> None:
        self._client = client
        self._model = model
        self._extras = Extras(thinking={"type": "disabled"})
        self.name = f"anthropic:{model}"

    async def answer(self, request: ChatRequest) -> Pieces:
        """Yield the answer as it comes."""
        reason: str | None = None
        over = False
        usage: Usage | None = None
        with anthropic_faults(self.name) as attempt:
            async with await self._begun(request) as stream:
                attempt.begun = True
                async for event in stream:
                    read = _Event.model_validate(event)
                    over = over or read.type == "message_stop"
                    reason = (read.delta and read.delta.stop_reason) or reason
                    if counted := read.usage or (read.message and read.message.usage):
                        usage = usage_of(counted, usage)
                    yield _piece(read, usage)
        if not over:
            raise ModelError("cut_off", self.name, "the answer has no end")
        ended(self.name, reason)

    async def _begun(self, request: ChatRequest) -> AsyncStream[RawMessageStreamEvent]:
        while True:
            wanted = self._extras.kept() | _body(request)
            try:
                stream: AsyncStream[RawMessageStreamEvent] = await self._client.messages.create(
                    model=self._model, max_tokens=request.max_tokens, stream=True, **wanted
                )
            except BadRequestError as error:
                if not self._extras.refused(str(error.body)):
                    raise
            else:
                return stream


def _piece(event: _Event, usage: Usage | None) -> Piece:
    block, delta = event.content_block, event.delta
    if event.type == "content_block_start" and block and block.type == "tool_use":
        return Piece(tools=[ToolPart(event.index, id=block.id, name=block.name)], usage=usage)
    if event.type == "content_block_start" and block:
        return Piece(block.text or "", usage=usage)
    if event.type == "content_block_delta" and delta and delta.type == "input_json_delta":
        return Piece(tools=[ToolPart(event.index, delta.partial_json or "")], usage=usage)
    if event.type == "content_block_delta" and delta and delta.type == "text_delta":
        return Piece(delta.text or "", usage=usage)
    return Piece(usage=usage)


def _body(request: ChatRequest) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": [_message(one) for one in request.messages if not _system(one)]}
    if told := "\n\n".join(one.text for one in request.messages if _system(one)):
        body["system"] = told
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.tools:
        body["tools"] = [_tool(tool["function"]) for tool in request.tools]
        body["tool_choice"] = _choice(request.tool_choice, request.tool_names)
    return body


def _system(message: BaseMessage) -> bool:
    return isinstance(message, SystemMessage)


def _message(message: BaseMessage) -> dict[str, Any]:
    if isinstance(message, ToolMessage):
        result = {"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.text}
        return {"role": "user", "content": [result | {"is_error": message.status == "error"}]}
    if not isinstance(message, AIMessage):
        return {"role": "user", "content": message.text}
    said = [{"type": "text", "text": message.text}] if message.text else []
    calls = [
        {"type": "tool_use", "id": call["id"], "name": call["name"], "input": call["args"]}
        for call in message.tool_calls
    ]
    return {"role": "assistant", "content": [*said, *calls]}


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": function["name"],
        "description": function.get("description", ""),
        "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
    }


def _choice(choice: str, names: Sequence[str]) -> dict[str, str]:
    if choice in names:
        return {"type": "tool", "name": choice}
    return {"type": {"required": "any"}.get(choice, choice)}
