"""What every queue, dead letter box, event log and list of sessions must do, on every adapter."""

import asyncio
from dataclasses import replace

import pytest

from state.errors import DeadLetterNotFoundError
from state.ids import SessionId, TenantId, TurnId
from state.mailbox import Claimed, DeadLetter
from state.session import Session
from state.stores.dead_letters import dump_letter
from tests.contracts.mailbox import BRIEF_MS, BURST, SESSION, Stores, ended, events


async def test_a_session_whose_time_came_is_queued_by_waking_it_or_by_the_sweep(stores: Stores) -> None:
    await stores.accept("1", BURST)

    assert not await stores.queue.wake(SESSION)
    await asyncio.sleep(BURST.quiet_ms / 1000 + 0.05)
    assert await stores.queue.sweep() == [SESSION]
    assert await stores.ready() == [SESSION]


async def test_ended_turns_wait_numbered_until_they_are_archived(stores: Stores) -> None:
    for name in ("1", "2"):
        await stores.accept(name)
        claimed = await stores.claim()
        await stores.inbox.commit("w1", claimed.fence, ended(name))

    waiting = await stores.finished.waiting([SESSION, SessionId("ses_other")])
    first, second = (replace(ended(name).finished, number=number) for number, name in enumerate(("1", "2"), 1))
    assert sorted(waiting, key=lambda one: one.number) == [first, second]
    assert await stores.finished.left_over(0, 10) == [SESSION]
    assert await stores.finished.left_over(10**13, 10) == []
    await stores.finished.archived([first])
    assert await stores.finished.waiting([SESSION]) == [second]
    await stores.finished.archived([second])
    assert await stores.finished.left_over(0, 10) == []


async def test_a_turn_that_is_put_aside_is_kept_until_it_is_dropped(stores: Stores) -> None:
    await stores.accept("1")
    claimed = await stores.claim()
    letter = DeadLetter("", SESSION, TurnId("trn_1"), 2000, "too_many_attempts", 5, claimed.messages)
    await stores.inbox.commit("w1", claimed.fence, replace(ended("1"), dead=dump_letter(letter)))

    (kept,) = await stores.dead.latest(10)
    assert replace(kept, id="") == letter
    assert await stores.dead.get(kept.id) == kept
    assert await stores.dead.drop(kept.id)
    assert not await stores.dead.drop(kept.id)
    with pytest.raises(DeadLetterNotFoundError):
        await stores.dead.get(kept.id)


@pytest.mark.parametrize("name", ["", "x", "99.1-0", "1.1", "1.9999999999999999-0", "-1.1-1"])
async def test_what_is_no_id_of_a_dead_letter_is_not_found(stores: Stores, name: str) -> None:
    with pytest.raises(DeadLetterNotFoundError):
        await stores.dead.get(name)


async def test_a_session_whose_worker_died_is_found_by_the_sweep(brief: Stores) -> None:
    await brief.accept("1")
    (ready,) = await brief.queue.next(1, 20)
    await brief.inbox.claim(SESSION, "w1", ready.entry)
    assert await brief.queue.sweep() == []

    await brief.lapse()

    assert await brief.queue.sweep() == [SESSION]
    assert await brief.queue.sweep() == []
    assert await brief.ready() == [SESSION]


async def test_a_session_whose_queue_entry_was_lost_is_found_by_the_sweep(brief: Stores) -> None:
    await brief.accept("1")
    await brief.ready()
    await brief.lapse()

    assert await brief.queue.sweep() == [SESSION]
    assert await brief.ready() == [SESSION]


async def test_an_entry_that_was_read_and_never_taken_does_not_keep_the_next_message_waiting(brief: Stores) -> None:
    await brief.accept("1")
    (ready,) = await brief.queue.next(1, 20)
    first = await brief.inbox.claim(SESSION, "w1", ready.entry)
    await brief.accept("2")
    assert await brief.ready() == [SESSION]  # and whoever read it dies
    assert isinstance(first, Claimed)
    await brief.inbox.commit("w1", first.fence, replace(ended("1"), go_on=True))
    await brief.inbox.commit("w1", (await brief.claim()).fence, ended("2"))
    await brief.lapse()

    assert await brief.queue.sweep() == []
    assert (await brief.queue.depths()).ready == 0
    await brief.accept("3")
    assert await brief.ready() == [SESSION]


async def test_what_a_worker_had_read_when_it_ended_is_queued_for_others(stores: Stores) -> None:
    await stores.accept("1")
    assert await stores.ready() == [SESSION]

    await stores.queue.close()

    assert await stores.ready() == [SESSION]


async def test_a_session_that_is_renewed_is_left_alone_by_the_sweep(brief: Stores) -> None:
    await brief.accept("1")
    await brief.claim()
    for _ in range(5):
        await asyncio.sleep(BRIEF_MS / 4000)
        await brief.inbox.renew(SESSION, "w1")

    assert await brief.queue.sweep() == []


async def test_depths_tell_what_waits(stores: Stores) -> None:
    await stores.accept("1")

    depths = await stores.queue.depths()

    assert (depths.ready, depths.waiting, depths.due, depths.dead) == (1, 1, 0, 0)
    assert 0 <= depths.oldest_s < 600


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


async def test_a_batch_sent_again_is_known_whatever_another_writer_has_appended_since(stores: Stores) -> None:
    await stores.log.append(SESSION, "b1", events("a"))
    await stores.log.append(SESSION, "b1", events("b"), writer="coach")

    assert await stores.log.append(SESSION, "b1", events("a")) == 2
    assert await stores.log.append(SESSION, "b1", events("b"), writer="coach") == 2


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
