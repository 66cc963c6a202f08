"""Anthropic."""

from collections.abc import Sequence

from anthropic import AsyncAnthropic

from nodes.models.anthropic.messages import AnthropicMessages
from nodes.models.anthropic.schema import AnthropicSchema
from nodes.models.asking import Prompt, Question
from nodes.models.pieces import ChatRequest, Pieces


class AnthropicModel:
    """`nodes.models.pieces.Model` over a client that is reused."""

    def __init__(self, client: AsyncAnthropic, model: str) -> None:
        self.name = f"anthropic:{model}"
        self._decisions = AnthropicSchema(client, model)
        self._answers = AnthropicMessages(client, model)

    def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the verdicts."""
        return self._decisions.decide(prompt, questions)

    def answer(self, request: ChatRequest) -> Pieces:
        """Yield the answer as it comes."""
        return self._answers.answer(request)


__all__ = ["AnthropicModel"]
