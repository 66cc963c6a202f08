"""OpenAI, and the endpoints that speak as it does."""

from collections.abc import Sequence
from typing import Final

from openai import AsyncOpenAI

from nodes.models.asking import Prompt, Question
from nodes.models.openai.completions import OpenAICompletions
from nodes.models.openai.decisions import OpenAIDecisions
from nodes.models.openai.schema import OpenAISchema
from nodes.models.pieces import ChatRequest, Pieces

DECIDERS: Final = ("gpt-6-luna",)
"""What the names of the models begin with that the Decisions API has (openai 3.54)."""


class OpenAIModel:
    """`nodes.models.pieces.Model` over a client that is reused; `official` is OpenAI's own endpoint."""

    def __init__(self, client: AsyncOpenAI, model: str, *, official: bool) -> None:
        self.name = f"openai:{model}"
        self._decisions = (
            OpenAIDecisions(client, model)
            if official and model.startswith(DECIDERS)
            else OpenAISchema(client, model, official=official)
        )
        self._answers = OpenAICompletions(client, model, official=official)

    def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the verdicts: by the Decisions API where it has the model, else by a JSON schema."""
        return self._decisions.decide(prompt, questions)

    def answer(self, request: ChatRequest) -> Pieces:
        """Yield the answer as it comes."""
        return self._answers.answer(request)


__all__ = ["OpenAIModel"]
