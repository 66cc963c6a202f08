"""Decide by chat completions with a JSON schema: any OpenAI-compatible endpoint."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from openai import AsyncOpenAI, BadRequestError

from nodes.models.answers import certain, choices_of, schema_of, system_of, tokens_for, weighed
from nodes.models.asking import Prompt, Question, Verdict
from nodes.models.faults import Attempt
from nodes.models.logprobs import Token, weights_of
from nodes.models.openai.completions import UsageOnWire, ended, usage_of
from nodes.models.openai.faults import openai_faults
from nodes.models.pieces import Piece, Pieces
from nodes.models.wire import Extras, Wire, whole_body
from state.errors import ModelError

_LIKELIEST: Final = 10


class _Other(Wire):
    token: str
    logprob: float


class _Token(_Other):
    top_logprobs: list[_Other] | None = None


class _Logprobs(Wire):
    content: list[_Token] | None = None


class _Message(Wire):
    content: str | None = None
    refusal: str | None = None


class _Choice(Wire):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(Wire):
    choices: list[_Choice]
    usage: UsageOnWire | None = None


class OpenAISchema:
    """Asks for JSON by a strict schema and reads the probabilities off the tokens, where the endpoint gives them.

    What an endpoint refuses by name (logprobs, temperature, reasoning effort, the schema itself) is left out from
    then on: the questions stand in the prompt, too.

    Args:
        official: OpenAI's own endpoint, which has other names for some parameters.
    """

    def __init__(self, client: AsyncOpenAI, model: str, *, official: bool) -> None:
        self._client = client
        self._model = model
        self._limit = "max_completion_tokens" if official else "max_tokens"
        effort = {"reasoning_effort": "none"} if official else {}
        self._extras = Extras(logprobs=True, top_logprobs=_LIKELIEST, temperature=0, **effort)
        self._formats = Extras(response_format=True)
        self.name = f"openai:{model}"

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the usage, then the verdicts."""
        with openai_faults(self.name) as attempt:
            body = await self._asked(attempt, prompt, questions)
            completion = _Completion.model_validate_json(body)
        if completion.usage:
            yield Piece(usage=usage_of(completion.usage))
        if not completion.choices:
            raise ModelError("malformed", self.name, "no answer")
        first = completion.choices[0]
        if first.message.refusal:
            raise ModelError("refused", self.name, "the model declined to answer")
        ended(self.name, first.finish_reason or "none")
        choices = choices_of(self.name, questions, first.message.content or "")
        tokens = _tokens(first.logprobs)
        yield Piece(verdicts={one.name: self._verdict(one, choices[one.name], tokens) for one in questions})

    async def _asked(self, attempt: Attempt, prompt: Prompt, questions: Sequence[Question]) -> bytes:
        while True:
            try:
                return await self._ask(attempt, prompt, questions)
            except BadRequestError as error:
                words = f"{error.param} {error.body}"
                if not self._extras.refused(words) and not self._formats.refused(words):
                    raise

    async def _ask(self, attempt: Attempt, prompt: Prompt, questions: Sequence[Question]) -> bytes:
        wanted: dict[str, Any] = self._extras.kept() | {self._limit: tokens_for(questions)}
        if self._formats.kept():
            wanted["response_format"] = _format(questions)
        async with self._client.chat.completions.with_streaming_response.create(
            model=self._model,
            messages=[
                {"role": "system", "content": system_of(prompt, questions)},
                {"role": "user", "content": prompt.user},
            ],
            **wanted,
        ) as response:
            attempt.begun = True
            return await whole_body(response)

    def _verdict(self, question: Question, choice: str, tokens: Sequence[Token]) -> Verdict:
        names = [option.name for option in question.options]
        weights = weights_of(question.name, choice, names, tokens)
        if not weights or sum(weights.values()) <= 0:
            return certain(question, choice)
        return weighed(self.name, question, choice, weights)


def _format(questions: Sequence[Question]) -> Mapping[str, object]:
    schema = {"name": "decision", "strict": True, "schema": schema_of(questions)}
    return {"type": "json_schema", "json_schema": schema}


def _tokens(logprobs: _Logprobs | None) -> list[Token]:
    return [
        Token(one.token, one.logprob, [(other.token, other.logprob) for other in one.top_logprobs or ()])
        for one in (logprobs and logprobs.content) or ()
    ]
