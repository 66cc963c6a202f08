"""End an attempt that says nothing for too long, or too much."""

import asyncio
from contextlib import aclosing

from nodes.models.call import Call, CallLimits
from nodes.models.pieces import Piece, Pieces, Source
from state.errors import ModelError

_CHARACTERS = 16
"""More than this many characters a token no model writes."""
_SPARE = 64


def timed(source: Source, model: str, call: Call, limits: CallLimits) -> Source:
    """Return `source` ended as `timeout` when no piece comes in time, as `truncated` when it doesn't end by itself.

    A provider's keep-alives are no pieces. Whatever asks for a piece waits no longer than the limits; how long that
    is done with the pieces in between doesn't count.
    """

    async def pieces() -> Pieces:
        wait = limits.first_s
        count = characters = 0
        async with aclosing(source()) as attempt:
            while True:
                piece = await _next(attempt, model, wait)
                if piece is None:
                    return
                count += 1
                characters += len(piece.text)
                yield piece
                if count > call.output_tokens + _SPARE or characters > _CHARACTERS * call.output_tokens:
                    raise ModelError("truncated", model, "the answer goes on beyond its token limit")
                wait = limits.idle_s

    return pieces


async def _next(attempt: Pieces, model: str, wait: float) -> Piece | None:
    try:
        async with asyncio.timeout(wait):
            return await anext(attempt, None)
    except TimeoutError as error:
        raise ModelError("timeout", model, f"nothing came for {wait:g} s") from error


def ended_by(source: Source, call: Call) -> Source:
    """Return `source` given up at the call's deadline."""

    async def pieces() -> Pieces:
        async with aclosing(source()) as attempt:
            while True:
                try:
                    async with asyncio.timeout_at(call.deadline):
                        piece = await anext(attempt, None)
                except TimeoutError as error:
                    raise ModelError("timeout", call.model, "the time for this call is over") from error
                if piece is None:
                    return
                yield piece

    return pieces
