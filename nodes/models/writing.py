"""Write an answer with real models, or by a script."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

import orjson

from nodes.models.call import begin
from nodes.models.calls import Guards, guarded
from nodes.models.gathering import Answer, Gathered
from nodes.models.pieces import ChatRequest, Model, Piece, Pieces, ToolPart
from nodes.models.turn import current_turn


class Writer(Protocol):
    """Writes answers, telling the text as it comes."""

    @property
    def names(self) -> Sequence[str]:
        """The models, in order of preference."""
        ...

    async def write(self, request: ChatRequest, tell: Callable[[str], None]) -> Answer:
        """Return the whole answer; raises `ModelError`."""
        ...


class ModelWriter:
    """A `Writer` over models in order of preference, within the guards and the turn."""

    def __init__(self, models: Sequence[Model], guards: Guards) -> None:
        self._models = list(models)
        self._guards = guards
        self.names = [model.name for model in models]

    async def write(self, request: ChatRequest, tell: Callable[[str], None]) -> Answer:
        """Return the whole answer; raises `ModelError`."""
        call = begin(current_turn(), self._guards.limits.answer_s, _size(request), request.max_tokens)
        gathered = Gathered()
        pieces = guarded(self._models, lambda model: _checked(model, request), call, self._guards)
        async with aclosing(pieces):
            async for piece in pieces:
                gathered.add(piece)
                if piece.text:
                    tell(piece.text)
        answer = gathered.answer(call.model, request.tool_names)
        return replace(answer, model=call.model, cost_usd=call.cost_usd, provider_fallback=call.fell_back)


async def _checked(model: Model, request: ChatRequest) -> Pieces:
    """Yield an answer's text as it comes and its tool calls at the end, once the whole has been found good."""
    gathered = Gathered()
    async with aclosing(model.answer(request)) as pieces:
        async for piece in pieces:
            gathered.add(piece)
            yield replace(piece, tools=())
    answer = gathered.answer(model.name, request.tool_names)
    whole = [(index, orjson.dumps(one.args).decode(), one.id, one.name) for index, one in enumerate(answer.tools)]
    yield Piece(tools=[ToolPart(*one) for one in whole], usage=answer.usage)


def _size(request: ChatRequest) -> int:
    words = [[one.content, getattr(one, "tool_calls", None)] for one in request.messages]
    return len(orjson.dumps([words, request.tools], default=str))
