"""Decide by Anthropic's messages with a JSON schema."""

from collections.abc import Sequence
from typing import Any, Final

from anthropic import AsyncAnthropic, BadRequestError

from nodes.models.answers import certain, choices_of, schema_of, system_of, tokens_for
from nodes.models.anthropic.faults import anthropic_faults
from nodes.models.anthropic.shapes import Message, ended, usage_of
from nodes.models.asking import Prompt, Question
from nodes.models.faults import Attempt
from nodes.models.pieces import Piece, Pieces
from nodes.models.wire import Extras, whole_body

_THINKING: Final = 2048
"""Tokens for a model that can't be kept from thinking."""


class AnthropicSchema:
    """Asks for JSON by `output_config`, without thinking; it gives no probabilities.

    A model or an endpoint that refuses either by name is asked without it from then on: the questions stand in the
    prompt, too.
    """

    def __init__(self, client: AsyncAnthropic, model: str) -> None:
        self._client = client
        self._model = model
        self._extras = Extras(thinking={"type": "disabled"})
        self._formats = Extras(output_config=True)
        self.name = f"anthropic:{model}"

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the usage, then the verdicts."""
        with anthropic_faults(self.name) as attempt:
            body = await self._asked(attempt, prompt, questions)
            message = Message.model_validate_json(body)
        if message.usage:
            yield Piece(usage=usage_of(message.usage))
        ended(self.name, message.stop_reason)
        text = "".join(block.text or "" for block in message.content if block.type == "text")
        choices = choices_of(self.name, questions, text)
        yield Piece(verdicts={one.name: certain(one, choices[one.name]) for one in questions})

    async def _asked(self, attempt: Attempt, prompt: Prompt, questions: Sequence[Question]) -> bytes:
        while True:
            try:
                return await self._ask(attempt, prompt, questions)
            except BadRequestError as error:
                words = str(error.body)
                if not self._formats.refused(words) and not self._extras.refused(words):
                    raise

    async def _ask(self, attempt: Attempt, prompt: Prompt, questions: Sequence[Question]) -> bytes:
        wanted: dict[str, Any] = self._extras.kept()
        if self._formats.kept():
            wanted["output_config"] = {"format": {"type": "json_schema", "schema": schema_of(questions)}}
        room = tokens_for(questions) + (0 if "thinking" in wanted else _THINKING)
        async with self._client.messages.with_streaming_response.create(
            model=self._model,
            max_tokens=room,
            system=system_of(prompt, questions),
            messages=[{"role": "user", "content": prompt.user}],
            **wanted,
        ) as response:
            attempt.begun = True
            return await whole_body(response)
