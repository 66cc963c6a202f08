"""What the outbox must do, on every store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import orjson
import pytest

from server.delivery_ports import Outbox
from server.ports import EventLog, Inbox, Queue
from state.conversation import OutboundMessage
from state.events import SendResult, encode
from state.ids import ContactId, TenantId, TurnId
from state.mailbox import Arrival, Claimed, NotYet, Refused
from state.outbox import Delivery, OutboundRow
from state.session import Session
from state.stores.connection import connect_server
from state.stores.event_log import RedisEventLog
from state.stores.inbox import RedisInbox
from state.stores.memory import (
    MemoryDeadLetters,
    MemoryEventLog,
    MemoryInbox,
    MemoryOutbox,
    MemoryQueue,
    MemorySessions,
)
from state.stores.outbox import RedisOutbox
from state.stores.queue import SENDS, RedisQueue
from state.stores.sessions import RedisSessions
from tests.contracts.mailbox import BRIEF_MS, SESSION, TTL_MS, ended, message

LEASE_MS = 60_000


@dataclass
class Post:
    inbox: Inbox
    outbox: Outbox
    queue: Queue
    log: EventLog

    async def commit(self, name: str, *texts: str) -> None:
        """End a turn that answers with these texts."""
        await self.inbox.accept(message(name), Arrival())
        claimed = await self.inbox.claim(SESSION, "w1")
        assert isinstance(claimed, Claimed)
        rows = [
            OutboundRow(SESSION, TurnId(f"trn_{name}"), place, "whatsapp", OutboundMessage(text), 1, ContactId("c1"))
            for place, text in enumerate(texts)
        ]
        for _ in range(2):  # a reply that was lost, too
            await self.inbox.commit("w1", claimed.fence, replace(ended(name), outbox=rows, go_on=False))

    async def claim(self, token: str = "d1") -> Delivery:
        claimed = await self.outbox.claim(SESSION, token)
        assert isinstance(claimed, Delivery), claimed
        return claimed


@asynccontextmanager
async def memory(_: str, lease_ms: int = LEASE_MS) -> AsyncIterator[Post]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log = MemoryEventLog(sessions)
    outbox = MemoryOutbox(log, lease_ms=lease_ms)
    await sessions.create(Session(SESSION, TenantId("demo"), "whatsapp", created=1, updated=1))
    queue = MemoryQueue(sessions.boxes, dead, lease_ms=lease_ms)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=lease_ms, capacity=10, outbox=outbox)
    yield Post(inbox, outbox, outbox.queue, log)


@asynccontextmanager
async def on_redis(url: str, lease_ms: int = LEASE_MS) -> AsyncIterator[Post]:
    async with connect_server(url, retry=True) as client, connect_server(url, retry=False) as reader:
        await RedisSessions(client, ttl_ms=TTL_MS).create(
            Session(SESSION, TenantId("demo"), "whatsapp", created=1, updated=1)
        )
        queue = RedisQueue(client, reader, consumer="test", lease_ms=lease_ms, names=SENDS)
        await queue.open()
        inbox = RedisInbox(client, ttl_ms=TTL_MS, lease_ms=lease_ms, capacity=10, events_kept=1000)
        outbox = RedisOutbox(client, lease_ms=lease_ms, ttl_ms=TTL_MS, events_kept=1000)
        yield Post(inbox, outbox, queue, RedisEventLog(client, ttl_ms=TTL_MS, kept=1000))
        await queue.close()


@pytest.fixture(params=[memory, on_redis])
async def post(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Post]:
    async with request.param(emptied) as made:
        yield made


@pytest.fixture(params=[memory, on_redis])
async def hasty(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Post]:
    """The same with leases short enough to wait for their end."""
    async with request.param(emptied, BRIEF_MS) as made:
        yield made


async def ready(post: Post) -> list[str]:
    return [one.session for one in await post.queue.next(10, 50)]


async def test_a_commit_puts_its_messages_in_once_and_wakes_a_deliverer(post: Post) -> None:
    await post.commit("1", "uno", "dos")

    assert await ready(post) == [SESSION]
    assert await ready(post) == []
    assert [(one.row.id, one.row.message.text, one.status) for one in await post.outbox.all(SESSION)] == [
        ("trn_1:0", "uno", "queued"),
        ("trn_1:1", "dos", "queued"),
    ]


async def test_messages_come_out_in_order_and_one_at_a_time(post: Post) -> None:
    await post.commit("1", "uno", "dos")
    await post.commit("2", "tres")
    order = []

    for _ in range(3):
        order.append((await post.claim()).row.message.text)
        assert await post.outbox.mark(SESSION, (await post.claim()).row.id, "sent", token="d1", ref="wamid.1")

    assert order == ["uno", "dos", "tres"]
    assert await post.outbox.claim(SESSION, "d1") is Refused.NOTHING_WAITS


async def test_one_deliverer_at_a_time_holds_a_session(hasty: Post) -> None:
    await hasty.commit("1", "uno")
    await hasty.claim("d1")

    assert await hasty.outbox.claim(SESSION, "d2") is Refused.HELD_ELSEWHERE
    assert not await hasty.outbox.mark(SESSION, "trn_1:0", "sending", token="d2")
    await asyncio.sleep(BRIEF_MS / 1000 + 0.1)
    assert (await hasty.claim("d2")).row.id == "trn_1:0"
    assert not await hasty.outbox.mark(SESSION, "trn_1:0", "sending", token="d1")


async def test_a_message_to_be_tried_later_is_not_handed_out_before(post: Post) -> None:
    await post.commit("1", "uno")
    [handed_out] = await post.queue.next(10, 50)
    await post.outbox.claim(SESSION, "d1", handed_out.entry)

    await post.outbox.release(SESSION, "d1", after_ms=1500)

    assert isinstance(await post.outbox.claim(SESSION, "d2"), NotYet)
    assert await post.queue.sweep() == []
    await asyncio.sleep(1.55)
    assert await post.queue.sweep() == [SESSION]
    assert (await post.claim("d2")).row.id == "trn_1:0"


async def test_a_report_about_the_message_that_is_waited_for_lets_the_next_one_go(post: Post) -> None:
    await post.commit("1", "uno", "dos")
    [handed_out] = await post.queue.next(10, 50)
    await post.outbox.claim(SESSION, "d1", handed_out.entry)
    await post.outbox.release(SESSION, "d1", after_ms=60_000)

    await post.outbox.mark(SESSION, "trn_1:0", "delivered", ref="wamid.1")

    assert await post.queue.wake(SESSION)
    assert (await post.claim("d2")).row.id == "trn_1:1"


async def test_a_session_whose_deliverer_died_is_found_by_the_sweep(hasty: Post) -> None:
    await hasty.commit("1", "uno")
    await ready(hasty)
    await hasty.claim("gone")
    await hasty.outbox.mark(SESSION, "trn_1:0", "sending", token="gone")

    await asyncio.sleep(BRIEF_MS / 1000 + 0.1)

    assert await hasty.queue.sweep() == [SESSION]
    found = await hasty.claim("d2")
    assert (found.status, found.tries) == ("sending", 1)
    assert found.age_ms >= BRIEF_MS


ORDERS: list[tuple[list[str], list[str], str]] = [
    (["sent", "delivered", "read"], ["sent", "delivered", "read"], "read"),
    (["delivered", "sent", "read", "delivered"], ["delivered", "read"], "read"),
    (["read", "sent", "failed"], ["read"], "read"),
    (["sent", "failed", "read", "delivered"], ["sent", "failed"], "failed"),
    (["ambiguous", "sent", "ambiguous", "sending"], ["ambiguous", "sent"], "sent"),
    (["sent", "sent"], ["sent"], "sent"),
    (["delivered", "failed"], ["delivered"], "delivered"),
]


@pytest.mark.parametrize(("reported", "taken", "last"), ORDERS)
async def test_what_is_known_never_goes_back(post: Post, reported: list[str], taken: list[str], last: str) -> None:
    await post.commit("1", "uno")
    mark: Callable[..., Awaitable[bool]] = post.outbox.mark

    written = [status for status in reported if await mark(SESSION, "trn_1:0", status, ref="wamid.1")]

    found = await post.outbox.get(SESSION, "trn_1:0")
    assert (written, found and found.status, found and found.ref) == (taken, last, "wamid.1")


async def test_how_far_a_message_got_is_told_in_the_same_step_and_once(post: Post) -> None:
    await post.commit("1", "uno")
    before = len(await post.log.read(SESSION))
    told = [encode(SESSION, TurnId("trn_1"), 1, SendResult(0, status)) for status in ("sent", "delivered")]

    for _ in range(2):  # a command that was retried because its reply was lost
        await post.outbox.mark(SESSION, "trn_1:0", "sent", event=told[0])
    await post.outbox.mark(SESSION, "trn_1:0", "delivered", event=told[1])

    rows = (await post.log.read(SESSION))[before:]
    assert [(row.seq, orjson.loads(row.data)["outcome"]) for row in rows] == [
        (before + 1, "sent"),
        (before + 2, "delivered"),
    ]


async def test_what_was_never_sent_is_unknown(post: Post) -> None:
    assert not await post.outbox.mark(SESSION, "trn_9:0", "delivered")
    assert await post.outbox.get(SESSION, "trn_9:0") is None
    assert await post.outbox.all(SESSION) == []
