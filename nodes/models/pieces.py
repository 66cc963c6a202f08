"""What comes of a model call, piece by piece, and what an answer is asked with."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from nodes.models.asking import Prompt, Question, Usage, Verdict


@dataclass(frozen=True, slots=True)
class ToolPart:
    """A part of a tool call: the first one of an `index` has id and name, `arguments` are a part of its JSON."""

    index: int
    arguments: str = ""
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What just came: text, parts of tool calls, or the verdicts; `usage` is the attempt's total so far."""

    text: str = ""
    tools: Sequence[ToolPart] = ()
    verdicts: Mapping[str, Verdict] | None = None
    usage: Usage | None = None

    @property
    def seen(self) -> bool:
        """Whether somebody may have seen it, so that no other attempt can take its place."""
        return bool(self.text or self.tools or self.verdicts)


Pieces = AsyncGenerator[Piece, None]
"""One attempt at a call. It ends by itself only when the model ended its answer as it should; else `ModelError`."""
Source = Callable[[], Pieces]
"""Begins an attempt."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """An answer to be written.

    `tools` are function definitions as OpenAI has them; `tool_choice` is `auto`, `none`, `required` or a tool's name.
    """

    messages: Sequence[BaseMessage]
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str = "auto"
    max_tokens: int = 1024
    stop: Sequence[str] = ()

    @property
    def tool_names(self) -> list[str]:
        """The names that may be called."""
        return [tool["function"]["name"] for tool in self.tools]


class Model(Protocol):
    """One model of one provider: a single attempt each, no policy. Every failure is a `ModelError`."""

    @property
    def name(self) -> str:
        """`anthropic:NAME` or `openai:NAME`."""
        ...

    def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the verdicts."""
        ...

    def answer(self, request: ChatRequest) -> Pieces:
        """Yield the answer as it is written."""
        ...
