"""Files are taken in before a turn is routed, for so long as an answer can wait."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from nodes.ports import Ports
from nodes.take_in import taken_in
from state.media import MediaNotFoundError
from state.turn import InboundMessage, MediaPart, StoredFile, TextPart
from tests.desk import inbound, ports

PHOTO = MediaPart("image", "1", caption="mira")
STORED = StoredFile("ab", 3, "image/png")


class Shelf:
    """Media that answers as it is told."""

    def __init__(self, answer: Callable[[MediaPart], Awaitable[MediaPart]]) -> None:
        self._answer = answer
        self.asked: list[str] = []

    async def take_in(self, message: InboundMessage, part: MediaPart) -> MediaPart:
        self.asked.append(part.ref)
        return await self._answer(part)

    async def content(self, message: InboundMessage, part: MediaPart) -> bytes:
        raise MediaNotFoundError(part.ref)


async def kept(part: MediaPart) -> MediaPart:
    return replace(part, stored=STORED)


async def never(part: MediaPart) -> MediaPart:
    await asyncio.sleep(3600)
    return part


def with_(shelf: Shelf, **changes: float) -> Ports:
    return replace(ports(), media=shelf, **changes)  # type: ignore[arg-type] # numbers are deadlines


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
