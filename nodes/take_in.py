"""Take in the files of a message before it is a turn."""

import asyncio
from dataclasses import replace
from typing import Final

from nodes.ports import Ports
from state.turn import InboundMessage, MediaPart, Part

PATIENCE_S: Final = 20.0
"""How long an answer waits for files; half of the turn's time that is left, if that is less."""


async def taken_in(inbound: InboundMessage, ports: Ports) -> list[Part]:
    """Return the message's parts, the files among them fetched as far as they can be had in time."""
    refs = {part.ref: part for part in inbound.parts if isinstance(part, MediaPart)}
    if not refs:
        return inbound.parts
    loop = asyncio.get_running_loop()
    left = PATIENCE_S if ports.deadline is None else min(PATIENCE_S, (ports.deadline - loop.time()) / 2)
    until = loop.time() + left
    found = await asyncio.gather(*(_fetched(inbound, part, ports, until) for part in refs.values()))
    known = {part.ref: part for part in found}
    return [_with(part, known[part.ref]) if isinstance(part, MediaPart) else part for part in inbound.parts]


async def _fetched(inbound: InboundMessage, part: MediaPart, ports: Ports, until: float) -> MediaPart:
    try:
        async with asyncio.timeout_at(until):
            return await ports.media.take_in(inbound, part)
    except TimeoutError:
        return replace(part, problem="unavailable")


def _with(part: MediaPart, known: MediaPart) -> MediaPart:
    """Return a part with what is known of its file; an edited message brings the same file in another part."""
    return replace(part, stored=known.stored, problem=known.problem, transcript=known.transcript)
