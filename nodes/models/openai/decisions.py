"""Decide by OpenAI's Decisions API, which answers with probabilities."""

from collections.abc import Sequence

from openai import AsyncOpenAI
from openai.types.decision_create_params import InputUnionMember1, QuestionQuestionParamChoice

from nodes.models.answers import offered, weighed
from nodes.models.asking import Prompt, Question, Usage, Verdict
from nodes.models.openai.faults import openai_faults
from nodes.models.pieces import Piece, Pieces
from nodes.models.wire import Wire, whole_body
from state.errors import ModelError


class _Share(Wire):
    value: str
    probability: float


class _Answer(Wire):
    type: str
    choice: str | None = None
    probabilities: tuple[_Share, ...] = ()


class _Cached(Wire):
    cached_tokens: int = 0


class _Usage(Wire):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _Cached = _Cached()


class _Decision(Wire):
    answers: list[_Answer]
    usage: _Usage = _Usage()


class OpenAIDecisions:
    """Asks `POST /decisions` (beta since 2026-10); the client's own retries must be off."""

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._client = client
        self._model = model
        self.name = f"openai:{model}"

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Pieces:
        """Yield the usage, then the verdicts."""
        with openai_faults(self.name) as attempt:
            async with self._client.decisions.with_streaming_response.create(
                model=self._model,
                input=_input(prompt),
                questions=[_asked(one) for one in questions],
            ) as response:
                attempt.begun = True
                decision = _Decision.model_validate_json(await whole_body(response))
        usage = decision.usage
        yield Piece(
            usage=Usage(
                usage.input_tokens,
                usage.output_tokens,
                min(usage.input_tokens_details.cached_tokens, usage.input_tokens),
            )
        )
        if len(decision.answers) != len(questions):
            raise ModelError("malformed", self.name, f"{len(decision.answers)} answers to {len(questions)} questions")
        pairs = zip(questions, decision.answers, strict=True)
        yield Piece(verdicts={question.name: self._verdict(question, answer) for question, answer in pairs})

    def _verdict(self, question: Question, answer: _Answer) -> Verdict:
        if answer.type == "refusal":
            raise ModelError("refused", self.name, f"the model declined to answer {question.name!r}")
        choice = offered(self.name, question, answer.choice)
        return weighed(self.name, question, choice, {one.value: one.probability for one in answer.probabilities})


def _input(prompt: Prompt) -> list[InputUnionMember1]:
    user: InputUnionMember1 = {"role": "user", "content": prompt.user}
    return [{"role": "system", "content": prompt.system}, user] if prompt.system else [user]


def _asked(question: Question) -> QuestionQuestionParamChoice:
    return {
        "type": "choice",
        "name": question.name,
        "instructions": question.text,
        "choices": [
            {"value": option.name, "description": option.description} if option.description else {"value": option.name}
            for option in question.options
        ],
    }
