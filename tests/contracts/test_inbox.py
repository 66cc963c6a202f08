"""What every inbox and event log must do, on every adapter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.ports import EventLog, FinishedTurns, Inbox, Sessions
from state.events import Log, encode
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.session import Accepted, Claimed, FinishedTurn, Outcome, Refused, Session
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.event_log import RedisEventLog
from state.stores.finished import RedisFinishedTurns
from state.stores.inbox import RedisInbox
from state.stores.memory import MemoryEventLog, MemoryFinishedTurns, MemoryInbox, MemorySessions
from state.stores.sessions import RedisSessions
from state.turn import InboundMessage, TextPart, Turn

LEASE_MS = 300
CAPACITY = 5
SESSION = SessionId("ses_1")


@dataclass
class Stores:
    sessions: Sessions
    inbox: Inbox
    log: EventLog
    finished: FinishedTurns


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Stores]:
    sessions = MemorySessions()
    log = MemoryEventLog(sessions)
    inbox = MemoryInbox(sessions, log, lease_ms=LEASE_MS, capacity=CAPACITY)
    yield Stores(sessions, inbox, log, MemoryFinishedTurns(sessions))


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Stores]:
    async with EmbeddedStore.open(folder) as store:
        client = connect_server(store.url, retry=True)
        inbox = RedisInbox(client, ttl_ms=60_000, lease_ms=LEASE_MS, capacity=CAPACITY, events_kept=1000)
        log = RedisEventLog(client, ttl_ms=60_000, kept=1000)
        yield Stores(RedisSessions(client, ttl_ms=60_000), inbox, log, RedisFinishedTurns(client))
        await client.aclose()


@pytest.fixture(params=[memory, embedded])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    async with request.param(tmp_path / "data") as made:
        await made.sessions.create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
        yield made


def message(name: str, text: str = "hola", session: SessionId = SESSION) -> InboundMessage:
    return InboundMessage(
        MessageId(name), TurnId(f"trn_{name}"), session, TenantId("demo"), "chat", [TextPart(text)], at=1000
    )


def ended(name: str) -> FinishedTurn:
    turn = Turn(TurnId(f"trn_{name}"), MessageId(name), 1000, [TextPart("hola")], "hola", "es", reply="¡Hola!")
    return FinishedTurn(TenantId("demo"), SESSION, "chat", "completed", 2000, turn)


def events(*names: str) -> list[bytes]:
    return [encode(SESSION, TurnId("trn_1"), 1, Log("info", name)) for name in names]


async def test_a_message_is_accepted_and_claimed_whole(stores: Stores) -> None:
    accepted = await stores.inbox.accept(message("1"))

    assert accepted == Accepted(Outcome.ACCEPTED, TurnId("trn_1"))
    assert await stores.inbox.claim(SESSION, "w1") == Claimed(message("1"), 1)


async def test_a_repeat_is_told_the_first_turn_and_not_stored(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    again = replace(message("1"), turn_id=TurnId("trn_other"))

    assert await stores.inbox.accept(again) == Accepted(Outcome.REPEATED, TurnId("trn_1"))
    facts = await stores.sessions.get(SESSION)
    assert facts is not None
    assert facts.waiting == 1


async def test_the_same_id_with_another_text_is_a_conflict(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))

    assert (await stores.inbox.accept(message("1", "adiós"))).outcome is Outcome.CONFLICT


async def test_a_message_for_no_session_is_not_stored(stores: Stores) -> None:
    nobody = SessionId("ses_nobody")

    assert (await stores.inbox.accept(message("1", session=nobody))).outcome is Outcome.NO_SESSION
    assert await stores.sessions.get(nobody) is None


async def test_a_full_inbox_takes_no_more(stores: Stores) -> None:
    outcomes = [(await stores.inbox.accept(message(str(number)))).outcome for number in range(CAPACITY + 1)]

    assert outcomes == [Outcome.ACCEPTED] * CAPACITY + [Outcome.FULL]


async def test_one_worker_at_a_time_holds_a_session(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.claim(SESSION, "w1")

    assert await stores.inbox.claim(SESSION, "w2") is Refused.HELD_ELSEWHERE
    assert isinstance(await stores.inbox.claim(SESSION, "w1"), Claimed)


async def test_a_lease_that_is_not_renewed_ends_and_the_next_attempt_is_counted(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.claim(SESSION, "w1")
    await asyncio.sleep(LEASE_MS / 1000 + 0.1)

    assert await stores.inbox.claim(SESSION, "w2") == Claimed(message("1"), 2)
    assert not await stores.inbox.renew(SESSION, "w1")
    assert await stores.inbox.renew(SESSION, "w2")


async def test_a_released_session_can_be_taken_at_once(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.claim(SESSION, "w1")
    await stores.inbox.release(SESSION, "w2")
    assert await stores.inbox.claim(SESSION, "w2") is Refused.HELD_ELSEWHERE

    await stores.inbox.release(SESSION, "w1")

    assert isinstance(await stores.inbox.claim(SESSION, "w2"), Claimed)


async def test_a_commit_ends_the_turn_with_its_events_and_facts(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.accept(message("2"))
    await stores.inbox.claim(SESSION, "w1")

    done = await stores.inbox.commit(
        "w1", ended("1"), {"status": "idle", "lane": "info", "handoff": "open"}, events("a", "b")
    )

    facts = await stores.sessions.get(SESSION)
    assert done
    assert facts is not None
    assert (facts.turns, facts.waiting, facts.lane, facts.handoff, facts.events) == (1, 1, "info", True, 2)
    assert await stores.inbox.claim(SESSION, "w1") == Claimed(message("2"), 1)


async def test_a_worker_that_lost_the_session_commits_nothing(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.claim(SESSION, "w1")
    await asyncio.sleep(LEASE_MS / 1000 + 0.1)
    await stores.inbox.claim(SESSION, "w2")

    assert not await stores.inbox.commit("w1", ended("1"), {"lane": "info"}, events("a"))
    assert await stores.log.read(SESSION) == []
    assert await stores.finished.waiting([SESSION]) == []
    assert await stores.inbox.commit("w2", ended("1"), {"lane": "info"}, events("a"))


async def test_a_turn_is_committed_once(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))
    await stores.inbox.claim(SESSION, "w1")
    await stores.inbox.commit("w1", ended("1"), {}, [])

    assert not await stores.inbox.commit("w1", ended("1"), {}, events("a"))


async def test_ended_turns_wait_numbered_until_they_are_archived(stores: Stores) -> None:
    for name in ("1", "2"):
        await stores.inbox.accept(message(name))
        await stores.inbox.claim(SESSION, "w1")
        await stores.inbox.commit("w1", ended(name), {}, [])

    waiting = await stores.finished.waiting([SESSION, SessionId("ses_other")])
    assert sorted(waiting, key=lambda one: one.number) == [
        replace(ended("1"), number=1),
        replace(ended("2"), number=2),
    ]
    await stores.finished.archived([ended("1")])
    assert await stores.finished.waiting([SESSION]) == [replace(ended("2"), number=2)]


async def test_nothing_waits_in_an_empty_inbox(stores: Stores) -> None:
    assert await stores.inbox.claim(SESSION, "w1") is Refused.NOTHING_WAITS


async def test_sessions_with_work_are_swept_until_settled(stores: Stores) -> None:
    await stores.inbox.accept(message("1"))

    assert await stores.inbox.left_over(999) == []
    assert await stores.inbox.left_over(1000) == [(SESSION, 1000)]
    await stores.inbox.settled(SESSION, 999)
    assert await stores.inbox.left_over(1000) == [(SESSION, 1000)]
    await stores.inbox.settled(SESSION, 1000)
    assert await stores.inbox.left_over(1000) == []


async def test_events_are_numbered_from_one_without_gaps(stores: Stores) -> None:
    assert await stores.log.append(SESSION, "b1", events("a", "b")) == 2
    assert await stores.log.append(SESSION, "b2", events("c")) == 3

    rows = await stores.log.read(SESSION)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.id for row in await stores.log.read(SESSION, after=1, limit=1)] == [rows[1].id]
    assert rows[0].data.startswith(b'{"v":1,"seq":1,"session":"ses_1"')
    assert await stores.log.first_seq(SESSION) == 1


async def test_a_batch_sent_again_is_not_appended_again(stores: Stores) -> None:
    await stores.log.append(SESSION, "b1", events("a", "b"))

    assert await stores.log.append(SESSION, "b1", events("a", "b")) == 2
    assert len(await stores.log.read(SESSION)) == 2


async def test_a_session_that_is_gone_takes_no_events(stores: Stores) -> None:
    assert await stores.log.append(SessionId("ses_gone"), "b1", events("a")) == -1
    assert await stores.log.read(SessionId("ses_gone")) == []


async def test_the_latest_sessions_come_first(stores: Stores) -> None:
    for number in (3, 2):
        await stores.sessions.create(
            Session(SessionId(f"ses_{number}"), TenantId("demo"), "chat", created=number, updated=number)
        )

    found = await stores.sessions.latest(TenantId("demo"), 2)

    assert [session.id for session in found] == ["ses_3", "ses_2"]
