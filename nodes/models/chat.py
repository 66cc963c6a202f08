"""Real models as LangChain chat models, so that LangGraph streams what they write."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Final

import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import agenerate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, JsonValue, SkipValidation, TypeAdapter

from nodes.models.gathering import Answer
from nodes.models.pieces import ChatRequest
from nodes.models.remembering import digest_of, remembered
from nodes.models.writing import Writer

_AGAIN_S: Final = 0.1
_ANSWER: Final[TypeAdapter[Answer]] = TypeAdapter(Answer)


class LanewayChat(BaseChatModel):
    """Writes answers with models in order of preference; async only.

    Text streams as it comes; tool calls come at the end, when they are whole and were offered. Every failure is a
    `ModelError`. In a turn the answer is paid for once: a node that runs again is given it in one piece.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    writer: SkipValidation[Writer]
    max_tokens: int = 1024

    @property
    def _llm_type(self) -> str:
        return "laneway"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"models": self.writer.names}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,  # noqa: ANN401 # as LangChain has it
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return this model with tools; `tool_choice` is `auto`, `none`, `required` (or `any`) or a tool's name."""
        given = [convert_to_openai_tool(tool) for tool in tools]
        choice = {"any": "required", None: "auto"}.get(tool_choice, tool_choice)
        return self.bind(tools=given, tool_choice=choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 # as LangChain has it
    ) -> ChatResult:
        raise NotImplementedError("Laneway's models are asynchronous: await `ainvoke` or iterate over `astream`.")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 # as LangChain has it
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 # as LangChain has it
        **kwargs: Any,  # noqa: ANN401 # as LangChain has it
    ) -> AsyncIterator[ChatGenerationChunk]:
        request = ChatRequest(
            messages,
            tools=kwargs.get("tools", ()),
            tool_choice=kwargs.get("tool_choice", "auto"),
            max_tokens=kwargs.get("max_tokens", self.max_tokens),
            stop=stop or (),
        )
        told = False
        async with aclosing(self._written(request)) as parts:
            async for part in parts:
                if isinstance(part, str):
                    told = True
                    yield ChatGenerationChunk(message=AIMessageChunk(content=part))
                else:
                    yield _last(part, with_text=not told)

    async def _written(self, request: ChatRequest) -> AsyncGenerator[str | Answer, None]:
        """Yield text as it comes, unless the answer is remembered, then the answer."""
        parts: asyncio.Queue[str | None] = asyncio.Queue()

        async def ask() -> JsonValue:
            found: JsonValue = _ANSWER.dump_python(await self.writer.write(request, parts.put_nowait), mode="json")
            return found

        asking = asyncio.create_task(remembered(ask, _digest(self.writer.names, request)))
        asking.add_done_callback(lambda _: parts.put_nowait(None))
        try:
            while (part := await parts.get()) is not None:
                yield part
            yield _ANSWER.validate_python(await asking)
        finally:
            while not asking.done():  # a client that is cancelled within a command may answer instead
                asking.cancel()
                await asyncio.wait([asking], timeout=_AGAIN_S)
            if not asking.cancelled():
                asking.exception()  # nobody waits for it any more


def _digest(names: Sequence[str], request: ChatRequest) -> str:
    said = [(one.type, one.content, getattr(one, "tool_calls", None)) for one in request.messages]
    words = orjson.dumps([said, request.tools, request.tool_choice, request.max_tokens], default=str)
    return digest_of("answer", *names, words.decode())


def _last(answer: Answer, *, with_text: bool) -> ChatGenerationChunk:
    usage = UsageMetadata(
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        total_tokens=answer.usage.input_tokens + answer.usage.output_tokens,
        input_token_details={"cache_read": answer.usage.cached_tokens},
    )
    message = AIMessageChunk(
        content=answer.text if with_text else "",
        tool_call_chunks=[
            tool_call_chunk(name=one.name, args=orjson.dumps(one.args).decode(), id=one.id, index=index)
            for index, one in enumerate(answer.tools)
        ],
        usage_metadata=usage,
        response_metadata={
            "model_name": answer.model,
            "cost_usd": answer.cost_usd,
            "provider_fallback": answer.provider_fallback,
        },
        chunk_position="last",
    )
    return ChatGenerationChunk(message=message)
