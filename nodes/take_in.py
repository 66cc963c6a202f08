"""Take in the files of a message before it is a turn, and what is said in its voice notes."""

import asyncio
from dataclasses import replace
from typing import Final

from langgraph.runtime import Runtime
from pydantic import JsonValue

from nodes.ports import Ports, Transcriber
from state.effect import EffectName, SideEffect
from state.errors import NotDoneError
from state.events import Log, ToolEnd, ToolStart
from state.media import MediaFailedError, MediaNotFoundError, TranscriptionError
from state.turn import InboundMessage, MediaPart, Part

PATIENCE_S: Final = 20.0
"""How long an answer waits for files, and for the words of voice notes; half of the time that is left, if less."""
LONGEST_TRANSCRIPT: Final = 8000
"""Characters; what a message typed over the API may have."""
_NODE: Final = "build_turn"
_TOOL: Final = "transcribe"


async def taken_in(inbound: InboundMessage, runtime: Runtime[Ports], locale: str | None = None) -> list[Part]:
    """Return the message's parts, with files and the words of voice notes as far as they can be had in time.

    `locale` is the language that the conversation was in so far.
    """
    refs = {part.ref: part for part in inbound.parts if isinstance(part, MediaPart)}
    if not refs:
        return inbound.parts
    found = await asyncio.gather(
        *(_Taking(inbound, runtime, locale, place).take(part) for place, part in enumerate(refs.values()))
    )
    known = {part.ref: part for part in found}
    return [_with(part, known[part.ref]) if isinstance(part, MediaPart) else part for part in inbound.parts]


class _Taking:
    """One file of a message; `place` is its place among them, the same whenever the turn is begun."""

    def __init__(self, inbound: InboundMessage, runtime: Runtime[Ports], locale: str | None, place: int) -> None:
        self._inbound = inbound
        self._runtime = runtime
        self._locale = locale
        self._place = place

    async def take(self, part: MediaPart) -> MediaPart:
        """Return the part with all that is known of its file."""
        fetched = await self._fetched(part)
        transcriber = self._runtime.context.transcriber
        if fetched.kind != "voice" or fetched.stored is None or transcriber is None:
            return fetched
        return replace(fetched, transcript=await self._words(fetched, transcriber))

    async def _fetched(self, part: MediaPart) -> MediaPart:
        try:
            async with asyncio.timeout_at(self._until()):
                return await self._runtime.context.media.take_in(self._inbound, part)
        except TimeoutError:
            return replace(part, problem="unavailable")

    async def _words(self, part: MediaPart, transcriber: Transcriber) -> str | None:
        """Return what is said, None when it can't be had. It is paid for once: also a failure is remembered."""

        async def call(_: str) -> JsonValue:
            return {"text": await self._heard(part, transcriber)}

        try:
            name = EffectName(self._inbound.turn_id, _NODE, self._place)
            result = await self._runtime.context.effects.once(name, call, effect=SideEffect.IDEMPOTENT)
        except NotDoneError:
            return None
        text = result.get("text") if isinstance(result, dict) else None
        return text if isinstance(text, str) else None

    async def _heard(self, part: MediaPart, transcriber: Transcriber) -> str | None:
        tell, now = self._runtime.stream_writer, asyncio.get_running_loop().time
        tell(ToolStart(_NODE, _TOOL))
        began = now()
        words = ""
        try:
            async with asyncio.timeout_at(self._until()):
                audio = await self._runtime.context.media.content(self._inbound, part)
                mime = part.stored.mime if part.stored else ""
                words = (await transcriber.transcribe(audio, mime, self._locale)).strip()
        except (TranscriptionError, MediaNotFoundError, MediaFailedError, TimeoutError) as error:
            tell(Log("warning", "transcription.failed", {"reason": str(error) or "it took too long"}))
        tell(ToolEnd(_NODE, _TOOL, round((now() - began) * 1000, 3), "ok" if words else "nothing"))
        return words[:LONGEST_TRANSCRIPT] or None

    def _until(self) -> float:
        now, deadline = asyncio.get_running_loop().time(), self._runtime.context.deadline
        return now + (PATIENCE_S if deadline is None else min(PATIENCE_S, (deadline - now) / 2))


def _with(part: MediaPart, known: MediaPart) -> MediaPart:
    """Return a part with what is known of its file; an edited message brings the same file in another part."""
    return replace(part, stored=known.stored, problem=known.problem, transcript=known.transcript)
