"""Ask a model for an answer of a given shape; what comes from documents stands between tags in the user part."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from nodes.agents.ports import StepContext
from prompts.versions import BUNDLED, PromptFile, Prompts
from state.errors import ModelError

Answer = TypeVar("Answer", bound=BaseModel)

SHOWN: Final = 60_000
"""Characters of a document that a model is shown: about 20,000 tokens."""
_TOKENS: Final = 4000
_PROMPTS: Final = Prompts(Path(BUNDLED))


async def asked(
    context: StepContext, prompt: str, values: Mapping[str, str], answer: type[Answer], *, tokens: int = _TOKENS
) -> Answer | None:
    """Return what the model answers, or None where there is no model or its answer can't be used; the log says why.

    The work goes on without it then: every agent has a way of its own to do its work. A plan's `config` may say
    `model: false` for an agent.
    """
    if context.chat is None or not context.config.get("model", True):
        return None
    system, user = _prompt(prompt).filled(values)
    tool = {"name": "answer", "description": answer.__doc__ or "", "parameters": answer.model_json_schema()}
    chat = context.chat.bind_tools([{"type": "function", "function": tool}], tool_choice="answer", max_tokens=tokens)
    try:
        said = await chat.ainvoke([SystemMessage(system), HumanMessage(user)])
        return _read(said, answer)
    except ModelError as error:
        context.log("warning", "The model gave no answer; going on without it.", prompt=prompt, outcome=error.outcome)
    except ValidationError as error:
        context.log(
            "warning", "The model's answer can't be used; going on without it.", prompt=prompt, wrong=_where(error)
        )
    return None


@cache
def _prompt(name: str) -> PromptFile:
    """Return the latest released version; released files never change, so they are read once."""
    return _PROMPTS.get(name)


def _read(said: AIMessage, answer: type[Answer]) -> Answer:
    if said.tool_calls:
        return answer.model_validate(said.tool_calls[0]["args"])
    return answer.model_validate_json(str(said.content))


def _where(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}"[:200]
