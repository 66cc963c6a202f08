"""Questions as a JSON schema and as text, and what a model made of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from nodes.models.asking import Prompt, Question, Verdict
from state.errors import ModelError

ANSWER_BYTES: Final = 1024 * 1024
"""The largest decision that is read."""
_FENCED: Final = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


def schema_of(questions: Sequence[Question]) -> dict[str, Any]:
    """Return the JSON schema of an answer: one property a question, one of its options each."""
    return {
        "type": "object",
        "properties": {
            one.name: {
                "type": "string",
                "enum": [option.name for option in one.options],
                "description": one.text,
            }
            for one in questions
        },
        "required": [one.name for one in questions],
        "additionalProperties": False,
    }


def system_of(prompt: Prompt, questions: Sequence[Question]) -> str:
    """Return the system prompt with the questions: an endpoint may enforce a schema without showing it."""
    asked = "\n\n".join(_asked(question) for question in questions)
    keys = ", ".join(f'"{question.name}": "..."' for question in questions)
    return f"{prompt.system}\n\n{asked}\n\nAnswer with one JSON object and nothing else: {{{keys}}}".lstrip()


def tokens_for(questions: Sequence[Question]) -> int:
    """Return how many tokens an answer may take, with room for a verbose layout."""
    longest = sum(len(one.name) + max(len(option.name) for option in one.options) for one in questions)
    return 64 + 16 * len(questions) + longest


def choices_of(model: str, questions: Sequence[Question], text: str) -> dict[str, str]:
    """Return the chosen option of every question.

    Raises:
        ModelError: `malformed` when it is no JSON object or lacks an answer, `unknown_label` for what wasn't offered.
    """
    fenced = _FENCED.match(text)
    try:
        given = orjson.loads(fenced[1] if fenced else text)
    except orjson.JSONDecodeError as error:
        raise ModelError("malformed", model, "the answer is not JSON" if text.strip() else "no answer") from error
    if not isinstance(given, dict):
        raise ModelError("malformed", model, "the answer is not a JSON object")
    return {question.name: offered(model, question, given.get(question.name)) for question in questions}


def offered(model: str, question: Question, choice: object) -> str:
    """Return `choice` if the question offers it; raises `ModelError`."""
    if choice is None:
        raise ModelError("malformed", model, f"no answer to {question.name!r}")
    found = next((option.name for option in question.options if option.name == choice), None)
    if found is None:
        raise ModelError("unknown_label", model, f"an answer to {question.name!r} that was not offered")
    return found


def certain(question: Question, choice: str) -> Verdict:
    """Return the verdict of a model that gives no probabilities: 1 for its choice."""
    return Verdict(choice, {option.name: float(option.name == choice) for option in question.options})


def weighed(model: str, question: Question, choice: str, weights: Mapping[str, float]) -> Verdict:
    """Return a verdict from weights that need not be of all options, nor sum to 1; raises `ModelError`."""
    found = {option.name: max(0.0, weights.get(option.name, 0.0)) for option in question.options}
    total = sum(found.values())
    if not 0 < total < float("inf"):
        raise ModelError("malformed", model, f"no probabilities for {question.name!r}")
    return Verdict(choice, {name: weight / total for name, weight in found.items()})


def _asked(question: Question) -> str:
    options = "\n".join(
        f"- {option.name}: {option.description}" if option.description else f"- {option.name}"
        for option in question.options
    )
    return f'"{question.name}": {question.text}\n{options}'
