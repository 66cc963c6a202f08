"""Answers by chat completions, streamed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import convert_to_openai_messages
from openai import AsyncOpenAI, AsyncStream, BadRequestError
from openai.types.chat import ChatCompletionChunk

from nodes.models.asking import Usage
from nodes.models.openai.faults import openai_faults
from nodes.models.pieces import ChatRequest, Piece, Pieces, ToolPart
from nodes.models.wire import Extras, Wire
from state.errors import ModelError

_ENDS: Final = {"stop", "tool_calls", "function_call"}


class _Cached(Wire):
    cached_tokens: int | None = None


class UsageOnWire(Wire):
    """Tokens as chat completions count them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class _Function(Wire):
    name: str | None = None
    arguments: str | None = None


class _Call(Wire):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Delta(Wire):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Wire):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(Wire):
    choices: list[_Choice] | None = None
    usage: UsageOnWire | None = None


class OpenAICompletions:
    """Writes answers on OpenAI or on any compatible endpoint; the client's own retries must be off."""

    def __init__(self, client: AsyncOpenAI, model: str, *, official: bool) -> None:
        self._client = client
        self._model = model
        self._limit = "max_completion_tokens" if official else "max_tokens"
        self._extras = Extras(stream_options={"include_usage": True})
        self.name = f"openai:{model}"

    async def answer(self, request: ChatRequest) -> Pieces:
        """Yield the answer as it comes."""
        finish: str | None = None
        declined = False
        with openai_faults(self.name) as attempt:
            async with await self._begun(request) as stream:
                attempt.begun = True
                async for chunk in stream:
                    read = _Chunk.model_validate(chunk)
                    for choice in (read.choices or ())[:1]:
                        finish = choice.finish_reason or finish
                        declined = declined or bool(choice.delta and choice.delta.refusal)
                        yield _piece(choice.delta)
                    if read.usage:
                        yield Piece(usage=usage_of(read.usage))
        if declined:
            raise ModelError("refused", self.name, "the model declined to answer")
        ended(self.name, finish)

    async def _begun(self, request: ChatRequest) -> AsyncStream[ChatCompletionChunk]:
        while True:
            wanted = self._extras.kept() | _body(request) | {self._limit: request.max_tokens}
            try:
                stream: AsyncStream[ChatCompletionChunk] = await self._client.chat.completions.create(
                    model=self._model, stream=True, **wanted
                )
            except BadRequestError as error:
                if not self._extras.refused(f"{error.param} {error.body}"):
                    raise
            else:
                return stream


def ended(model: str, finish: str | None) -> None:
    """Raise `ModelError` unless the answer ended as it should.

    None is a stream that ended without saying so.
    """
    if finish is None:
        raise ModelError("cut_off", model, "the answer has no end")
    if finish == "length":
        raise ModelError("truncated", model, "the answer reached its token limit")
    if finish == "content_filter":
        raise ModelError("refused", model, "the provider's filter stopped the answer")
    if finish not in _ENDS:
        raise ModelError("malformed", model, "the answer ended in a way that isn't known")


def usage_of(usage: UsageOnWire) -> Usage:
    """Return the tokens of a call."""
    cached = (usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens) or 0
    return Usage(usage.prompt_tokens, usage.completion_tokens, min(cached, usage.prompt_tokens))


def _piece(delta: _Delta | None) -> Piece:
    if delta is None:
        return Piece()
    return Piece(delta.content or "", [_part(call) for call in delta.tool_calls or ()])


def _part(call: _Call) -> ToolPart:
    function = call.function or _Function()
    return ToolPart(call.index, function.arguments or "", call.id, function.name)


def _body(request: ChatRequest) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": convert_to_openai_messages(list(request.messages))}
    if request.stop:
        body["stop"] = list(request.stop)
    if request.tools:
        body["tools"] = list(request.tools)
        body["tool_choice"] = _choice(request.tool_choice, request.tool_names)
    return body


def _choice(choice: str, names: Sequence[str]) -> str | Mapping[str, object]:
    return {"type": "function", "function": {"name": choice}} if choice in names else choice
