"""Files are taken in before a turn is routed, for so long as an answer can wait."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from nodes.build_turn import build_turn
from nodes.effects import Ledger
from nodes.ports import Ports
from nodes.take_in import taken_in
from state.effect import Holder
from state.ids import TenantId
from state.media import MediaNotFoundError, TranscriptionError
from state.session import Session
from state.stores.memory import MemoryEffects, MemorySessions
from state.turn import InboundMessage, MediaPart, StoredFile, TextPart
from tests.desk import Stage, conversation, inbound, ports

PHOTO = MediaPart("image", "1", caption="mira")
STORED = StoredFile("ab", 3, "image/png")
VOICE = MediaPart("voice", "5", mime="audio/ogg; codecs=opus")


class Shelf:
    """Media that answers as it is told; every file has the same bytes."""

    def __init__(self, answer: Callable[[MediaPart], Awaitable[MediaPart]]) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.lost = False

    async def take_in(self, message: InboundMessage, part: MediaPart) -> MediaPart:
        self.asked.append(part.ref)
        return await self._answer(part)

    async def content(self, message: InboundMessage, part: MediaPart) -> bytes:
        if self.lost:
            raise MediaNotFoundError(part.ref)
        return b"OggS"


class Scribe:
    """Writes down what it is told, after so long, or fails."""

    def __init__(self, words: str = "hola", *, fails: bool = False, after_s: float = 0.0) -> None:
        self._words, self._fails, self._after_s = words, fails, after_s
        self.paid: list[tuple[bytes, str, str | None]] = []

    async def transcribe(self, audio: bytes, mime: str, locale: str | None) -> str:
        self.paid.append((audio, mime, locale))
        await asyncio.sleep(self._after_s)
        if self._fails:
            raise TranscriptionError("scripted")
        return self._words


async def kept(part: MediaPart) -> MediaPart:
    return replace(part, stored=STORED)


async def never(part: MediaPart) -> MediaPart:
    await asyncio.sleep(3600)
    return part


def with_(shelf: Shelf, scribe: Scribe | None = None, **changes: Any) -> Runtime[Ports]:
    return Stage(replace(ports(), media=shelf, transcriber=scribe, **changes)).runtime


async def test_words_alone_ask_for_nothing() -> None:
    shelf = Shelf(never)
    message = inbound("hola")

    assert await taken_in(message, with_(shelf)) is message.parts
    assert shelf.asked == []


async def test_files_are_taken_in_and_everything_keeps_its_place() -> None:
    shelf = Shelf(kept)
    other = MediaPart("document", "2", filename="a.pdf")

    parts = await taken_in(inbound(parts=[PHOTO, TextPart("y esto"), other]), with_(shelf))

    assert parts == [replace(PHOTO, stored=STORED), TextPart("y esto"), replace(other, stored=STORED)]


async def test_a_file_that_comes_twice_is_asked_for_once_and_each_part_keeps_its_words() -> None:
    shelf = Shelf(kept)
    edited = replace(PHOTO, caption="mira esto")

    parts = await taken_in(inbound(parts=[PHOTO, edited]), with_(shelf))

    assert shelf.asked == ["1"]
    assert parts == [replace(PHOTO, stored=STORED), replace(edited, stored=STORED)]


async def test_an_answer_waits_for_files_no_longer_than_half_of_its_time() -> None:
    deadline = asyncio.get_running_loop().time() + 0.1

    parts = await taken_in(inbound(parts=[PHOTO]), with_(Shelf(never), deadline=deadline))

    assert parts == [replace(PHOTO, problem="unavailable")]


async def ledger() -> Ledger:
    sessions, message = MemorySessions(), inbound()
    await sessions.create(Session(message.session_id, TenantId("demo"), "whatsapp", created=1, updated=1))
    return Ledger(MemoryEffects(sessions), Holder(message.session_id, 0))


async def words(scribe: Scribe, effects: Ledger, shelf: Shelf | None = None, **changes: Any) -> list[str | None]:
    message = inbound(parts=[VOICE, replace(VOICE, ref="6"), MediaPart("audio", "7")])
    parts = await taken_in(message, with_(shelf or Shelf(kept), scribe, effects=effects, **changes), "es")
    return [part.transcript for part in parts if isinstance(part, MediaPart)]


async def test_voice_notes_are_written_down_and_other_recordings_are_not() -> None:
    scribe = Scribe(" ¿a qué hora abren? ")

    assert await words(scribe, await ledger()) == ["¿a qué hora abren?"] * 2 + [None]
    assert scribe.paid == [(b"OggS", "image/png", "es")] * 2


async def test_a_turn_that_is_begun_again_pays_nothing_again_also_for_what_failed() -> None:
    for scribe, said in ((Scribe("hola"), "hola"), (Scribe(fails=True), None)):
        effects = await ledger()

        assert await words(scribe, effects) == await words(scribe, effects) == [said, said, None]
        assert len(scribe.paid) == 2


async def test_silence_and_files_that_are_gone_are_no_words() -> None:
    gone = Shelf(kept)
    gone.lost = True

    assert await words(Scribe("  "), await ledger()) == [None] * 3
    assert await words(Scribe(), await ledger(), gone) == [None] * 3


async def test_a_transcription_that_takes_too_long_is_given_up() -> None:
    deadline = asyncio.get_running_loop().time() + 0.4

    assert await words(Scribe(after_s=3600), await ledger(), deadline=deadline) == [None] * 3


async def test_a_very_long_transcript_is_cut() -> None:
    found = await words(Scribe("x" * 300_000), await ledger())

    assert [len(text or "") for text in found] == [8000, 8000, 0]


async def test_without_a_session_that_is_held_nothing_is_paid_for() -> None:
    scribe = Scribe()

    parts = await taken_in(inbound(parts=[VOICE]), with_(Shelf(kept), scribe))

    assert parts == [replace(VOICE, stored=STORED)]
    assert scribe.paid == []


async def test_what_is_heard_is_the_turns_text() -> None:
    state = conversation(parts=[VOICE])

    update = await build_turn(state, with_(Shelf(kept), Scribe("¿a qué hora abren?"), effects=await ledger()))

    assert [turn.text for turn in update["turns"]] == ["¿a qué hora abren?"]
