"""Ask the next model when one fails, before anything of its answer was seen."""

from collections.abc import Mapping
from contextlib import aclosing

from nodes.models.call import Call
from nodes.models.pieces import Pieces, Source
from nodes.models.ports import CallMetrics
from state.errors import ModelError
from state.events import Log


def with_fallback(sources: Mapping[str, Source], call: Call, metrics: CallMetrics) -> Source:
    """Return the first of `sources`, by model in order of preference, that answers.

    A refusal stands: no other model is asked to say what one wouldn't.
    """

    async def pieces() -> Pieces:
        models = list(sources)
        for model, after in zip(models, [*models[1:], None], strict=True):
            call.model = model
            seen = False
            try:
                async with aclosing(sources[model]()) as attempt:
                    async for piece in attempt:
                        seen = seen or piece.seen
                        yield piece
            except ModelError as error:
                if seen or after is None or error.outcome == "refused":
                    raise
                facts = {"node": call.scope.node, "from": model, "to": after, "outcome": error.outcome}
                call.scope.tell(Log("warning", "provider_fallback", facts))
                metrics.model_fell_back(model)
                call.fell_back = True
            else:
                return

    return pieces
