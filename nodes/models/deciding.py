"""Decide with real models."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from pydantic import JsonValue, TypeAdapter

from nodes.models.answers import system_of, tokens_for
from nodes.models.asking import Decided, Prompt, Question, Usage
from nodes.models.call import Call, begin
from nodes.models.calls import Guards, guarded
from nodes.models.pieces import Model
from nodes.models.remembering import digest_of, remembered
from nodes.models.turn import current_turn
from state.errors import ModelError

_DECIDED: TypeAdapter[Decided] = TypeAdapter(Decided)


class ModelDecider:
    """A `Decider` over models in order of preference.

    Within a turn it keeps the turn's deadline and caps, tells its events, and pays for a decision once: a node that
    runs again is given what was decided before.
    """

    def __init__(self, models: Sequence[Model], guards: Guards) -> None:
        self._models = list(models)
        self._guards = guards

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return a verdict on every question; raises `ModelError`."""
        names = [model.name for model in self._models]
        digest = digest_of("decide", *names, repr(prompt), repr(tuple(questions)))

        async def ask() -> JsonValue:
            found: JsonValue = _DECIDED.dump_python(await self._ask(prompt, questions), mode="json")
            return found

        return _DECIDED.validate_python(await remembered(ask, digest))

    async def _ask(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        guards = self._guards
        size = len((system_of(prompt, questions) + prompt.user).encode("utf-8", "replace"))
        call = begin(current_turn(), guards.limits.decide_s, 2 * size, tokens_for(questions))
        began = guards.timer()
        decided = await self._decided(call, prompt, questions)
        return replace(
            decided,
            cost_usd=call.cost_usd,
            ms=round((guards.timer() - began) * 1000, 3),
            provider_fallback=call.fell_back,
        )

    async def _decided(self, call: Call, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        usage, verdicts = Usage(), None
        pieces = guarded(self._models, lambda model: model.decide(prompt, questions), call, self._guards)
        async with aclosing(pieces):
            async for piece in pieces:
                usage = piece.usage or usage
                verdicts = piece.verdicts or verdicts
        if verdicts is None:
            raise ModelError("malformed", call.model, "no answer")
        return Decided(dict(verdicts), call.model, usage)
