"""Each file is fetched once, kept, told apart by session and tenant; what goes wrong is told and not tried at once."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from server.archiver import Archiver
from server.clock import now_ms
from server.media.library import Library
from server.media.memory import MemoryVault
from state.errors import StoreUnavailableError
from state.ids import SessionId, TenantId
from state.media import MediaFacts, MediaFailedError, MediaNotFoundError
from state.stores.memory import MemoryFinishedTurns, MemoryMediaIndex, MemorySessions
from state.stores.records.memory import MemoryTurnArchive
from state.turn import InboundMessage, MediaPart, StoredFile
from tests.desk import inbound

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PHOTO = MediaPart("image", "1", "image/jpeg", filename="yo.jpg")
DEMO = TenantId("demo")


@dataclass
class Channel:
    """A channel with one file, or with something wrong."""

    content: bytes = PNG
    wrong: Exception | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def fetch(self, message: InboundMessage, ref: str, limit_bytes: int) -> bytes:
        self.asked.append((ref, limit_bytes))
        if self.wrong:
            raise self.wrong
        return self.content


class AwayIndex(MemoryMediaIndex):
    async def get(self, session: SessionId, ref: str) -> MediaFacts | None:
        raise StoreUnavailableError("scripted")


class FullVault(MemoryVault):
    async def put(self, tenant: TenantId, sha256: str, content: bytes) -> None:
        raise MediaFailedError("unavailable", "the disk is full.")


def library(channel: Channel, *, index: MemoryMediaIndex | None = None, vault: MemoryVault | None = None) -> Library:
    return Library(vault or MemoryVault(), index or MemoryMediaIndex(), {"whatsapp": channel}, keep_days=30)


def sent(part: MediaPart = PHOTO) -> InboundMessage:
    return replace(inbound(parts=[part]), channel="whatsapp")


async def test_a_file_is_kept_and_named_by_its_content() -> None:
    one = library(Channel())

    taken = await one.take_in(sent(), PHOTO)

    assert taken.stored is not None
    assert (taken.stored.size, taken.stored.mime, taken.problem) == (len(PNG), "image/png", None)
    assert await one.content(sent(), taken) == PNG


async def test_the_same_id_is_fetched_once() -> None:
    channel = Channel()
    one = library(channel)

    first, second = [await one.take_in(sent(), PHOTO) for _ in range(2)]

    assert first == second
    assert len(channel.asked) == 1


async def test_what_fails_is_told_and_not_asked_for_again_at_once() -> None:
    for problem in ("too_large", "refused", "unavailable"):
        channel = Channel(wrong=MediaFailedError(problem, "scripted"))
        one = library(channel)
        taken = [await one.take_in(sent(), PHOTO) for _ in range(2)]

        assert [part.problem for part in taken] == [problem] * 2
        assert len(channel.asked) == 1


async def test_what_was_away_is_asked_for_again_later() -> None:
    index, channel = MemoryMediaIndex(), Channel()
    long_ago = now_ms() - 3_600_000
    await index.put(MediaFacts(sent().session_id, DEMO, "1", long_ago, problem="unavailable"))

    taken = await library(channel, index=index).take_in(sent(), PHOTO)

    assert taken.stored


async def test_a_program_is_refused_whatever_it_is_called() -> None:
    named = replace(PHOTO, kind="document", filename="factura.pdf", mime="application/pdf")

    taken = await library(Channel(b"MZ\x90\0")).take_in(sent(named), named)

    assert (taken.stored, taken.problem) == (None, "refused")


async def test_a_store_or_a_disk_that_fails_fails_no_turn() -> None:
    away = await library(Channel(), index=AwayIndex()).take_in(sent(), PHOTO)
    full = await library(Channel(), vault=FullVault()).take_in(sent(), PHOTO)

    assert [away.problem, full.problem] == ["unavailable"] * 2


async def test_what_a_client_claims_of_a_file_is_not_believed() -> None:
    claimed = replace(PHOTO, stored=StoredFile("f" * 64, 1, "text/html"), transcript="pay me")

    taken = await library(Channel()).take_in(inbound(parts=[claimed]), claimed)

    assert taken == PHOTO


async def test_a_file_is_handed_out_for_its_session_and_tenant_alone() -> None:
    one = library(Channel())
    await one.take_in(sent(), PHOTO)

    facts, stored, pieces = await one.open(DEMO, sent().session_id, "1")

    assert (facts.filename, stored.mime) == ("yo.jpg", "image/png")
    assert b"".join([piece async for piece in pieces]) == PNG
    for tenant, session, ref in ((TenantId("x"), "ses_1", "1"), (DEMO, "ses_2", "1"), (DEMO, "ses_1", "2")):
        with pytest.raises(MediaNotFoundError):
            await one.open(tenant, SessionId(session), ref)


async def test_a_file_that_was_let_go_is_not_found() -> None:
    vault = MemoryVault()
    one = library(Channel(), vault=vault)
    taken = await one.take_in(sent(), PHOTO)
    await vault.forget(now_ms() + 1000)

    with pytest.raises(MediaNotFoundError):
        await one.content(sent(), taken)
    with pytest.raises(MediaNotFoundError):
        await one.open(DEMO, sent().session_id, "1")


async def test_old_files_are_let_go_every_few_hours() -> None:
    vault = MemoryVault()
    one = Library(vault, MemoryMediaIndex(), {"whatsapp": Channel()}, keep_days=-1)  # all files are too old
    await one.take_in(sent(), PHOTO)
    gone = [await one.forget_old()]
    await one.take_in(sent(replace(PHOTO, ref="2")), replace(PHOTO, ref="2"))
    gone.append(await one.forget_old())

    assert gone == [1, 0]


async def test_few_files_are_in_memory_at_once() -> None:
    under_way = most = 0

    class Slow(Channel):
        async def fetch(self, message: InboundMessage, ref: str, limit_bytes: int) -> bytes:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.01)
            under_way -= 1
            return PNG

    one = library(Slow())
    parts = [replace(PHOTO, ref=str(number)) for number in range(20)]
    taken = await asyncio.gather(*(one.take_in(sent(), part) for part in parts))

    assert all(part.stored for part in taken)
    assert most <= 4


async def test_the_archivers_sweep_lets_files_go_and_outlives_storage_that_fails() -> None:
    called = asyncio.Event()

    async def fails() -> int:
        called.set()
        raise MediaFailedError("unavailable", "scripted")

    archiver = Archiver(MemoryFinishedTurns(MemorySessions()), MemoryTurnArchive(), keep_days=1, also_forget=fails)
    archiver.start()
    async with asyncio.timeout(10):
        await called.wait()
    await archiver.stop()
