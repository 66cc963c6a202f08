"""What every inbox must do, on every adapter."""

import asyncio
import time
from dataclasses import replace

import pytest

from state.errors import StaleFenceError
from state.ids import SessionId, TurnId
from state.mailbox import Accepted, Arrival, Claimed, Committed, Held, NotYet, Outcome, Refused
from tests.contracts.mailbox import ALONE, BURST, CAPACITY, SESSION, Stores, ended, events, message


async def test_a_message_is_accepted_and_claimed_whole(stores: Stores) -> None:
    accepted = await stores.accept("1")

    assert accepted == Accepted(Outcome.ACCEPTED, TurnId("trn_1"))
    assert await stores.inbox.claim(SESSION, "w1") == Claimed([message("1")], attempt=1, fence=1)


async def test_a_repeat_is_told_the_first_turn_and_not_stored(stores: Stores) -> None:
    await stores.accept("1")
    again = replace(message("1"), turn_id=TurnId("trn_other"))

    assert await stores.inbox.accept(again, ALONE) == Accepted(Outcome.REPEATED, TurnId("trn_1"))
    facts = await stores.sessions.get(SESSION)
    assert facts is not None
    assert facts.waiting == 1


async def test_a_message_is_known_after_its_turn_has_ended(stores: Stores) -> None:
    await stores.accept("1")
    claimed = await stores.claim()
    await stores.inbox.commit("w1", claimed.fence, ended("1"))

    assert (await stores.accept("1")).outcome is Outcome.REPEATED


async def test_the_same_id_with_another_text_is_a_conflict(stores: Stores) -> None:
    await stores.accept("1")

    assert (await stores.accept("1", text="adiós")).outcome is Outcome.CONFLICT


async def test_a_message_for_no_session_is_not_stored(stores: Stores) -> None:
    nobody = SessionId("ses_nobody")

    assert (await stores.inbox.accept(message("1", session=nobody), ALONE)).outcome is Outcome.NO_SESSION
    assert await stores.sessions.get(nobody) is None


async def test_a_full_inbox_takes_no_more(stores: Stores) -> None:
    outcomes = [(await stores.accept(str(number))).outcome for number in range(CAPACITY + 1)]

    assert outcomes == [Outcome.ACCEPTED] * CAPACITY + [Outcome.FULL]


async def test_an_accepted_message_queues_its_session_once(stores: Stores) -> None:
    await stores.accept("1")
    await stores.accept("2")

    assert await stores.ready() == [SESSION]


async def test_one_worker_at_a_time_holds_a_session(stores: Stores) -> None:
    await stores.accept("1")
    await stores.claim("w1")

    assert await stores.inbox.claim(SESSION, "w2") is Refused.HELD_ELSEWHERE
    assert (await stores.claim("w1")).fence == 1


async def test_a_lease_that_is_not_renewed_ends_and_the_fence_rises(brief: Stores) -> None:
    await brief.accept("1")
    await brief.claim("w1")
    await brief.lapse()

    assert await brief.inbox.claim(SESSION, "w2") == Claimed([message("1")], attempt=2, fence=2)
    assert await brief.inbox.renew(SESSION, "w1") is None
    assert await brief.inbox.renew(SESSION, "w2") == Held()


async def test_a_released_session_can_be_taken_at_once(stores: Stores) -> None:
    await stores.accept("1")
    await stores.claim("w1")
    await stores.inbox.release(SESSION, "w2")
    assert await stores.inbox.claim(SESSION, "w2") is Refused.HELD_ELSEWHERE

    await stores.ready()
    await stores.inbox.claim(SESSION, "w1", "1-0")
    await stores.inbox.release(SESSION, "w1", counted=False)

    assert await stores.ready() == [SESSION]
    assert (await stores.claim("w2")).attempt == 2


async def test_a_session_released_for_a_while_can_not_be_taken_before(stores: Stores) -> None:
    await stores.accept("1")
    await stores.claim("w1")
    await stores.inbox.release(SESSION, "w1", after_ms=1500)

    refused = await stores.inbox.claim(SESSION, "w2")
    assert isinstance(refused, NotYet)
    assert 0 < refused.wait_ms <= 1500
    await asyncio.sleep(refused.wait_ms / 1000 + 0.05)
    assert (await stores.claim("w2")).attempt == 2


async def test_a_commit_ends_the_turn_with_its_events_and_facts(stores: Stores) -> None:
    await stores.accept("1")
    await stores.accept("2")
    claimed = await stores.claim()
    facts = {"status": "idle", "lane": "info", "handoff": "open"}

    done = await stores.inbox.commit("w1", claimed.fence, ended("1", facts, "a", "b"))

    session = await stores.sessions.get(SESSION)
    assert done is Committed.NEXT
    assert session is not None
    assert (session.turns, session.waiting, session.lane, session.handoff, session.events) == (1, 1, "info", True, 2)
    assert await stores.claim() == Claimed([message("2")], attempt=1, fence=1)


async def test_a_worker_that_lets_others_have_their_turn_gives_the_session_back(stores: Stores) -> None:
    await stores.accept("1")
    await stores.accept("2")
    (ready,) = await stores.queue.next(1, 20)
    await stores.inbox.claim(SESSION, "w1", ready.entry)

    assert await stores.inbox.commit("w1", 1, replace(ended("1"), go_on=False)) is Committed.DONE
    assert await stores.ready() == [SESSION]
    assert (await stores.claim("w2")).messages == [message("2")]


async def test_a_worker_that_lost_the_session_writes_nothing(brief: Stores) -> None:
    await brief.accept("1")
    stale = await brief.claim("w1")
    await brief.lapse()
    owner = await brief.claim("w2")

    assert await brief.inbox.commit("w1", stale.fence, ended("1", {}, "a")) is Committed.STALE
    with pytest.raises(StaleFenceError):
        await brief.log.append(SESSION, "b1", events("a"), stale.fence)
    assert await brief.log.read(SESSION) == []
    assert await brief.finished.waiting([SESSION]) == []
    assert await brief.inbox.commit("w2", owner.fence, ended("1", {}, "a")) is Committed.DONE


async def test_a_worker_whose_token_the_store_does_not_know_writes_nothing(stores: Stores) -> None:
    """It had it from a master that was lost before a replica knew."""
    await stores.accept("1")
    owner = await stores.claim("w1")

    with pytest.raises(StaleFenceError):
        await stores.log.append(SESSION, "b1", events("a"), owner.fence + 1)
    assert await stores.log.read(SESSION) == []


async def test_a_commit_whose_reply_was_lost_changes_nothing_when_it_is_sent_again(stores: Stores) -> None:
    await stores.accept("1")
    await stores.accept("2")
    claimed = await stores.claim()
    first = await stores.inbox.commit("w1", claimed.fence, ended("1", {}, "a"))

    again = await stores.inbox.commit("w1", claimed.fence, ended("1", {}, "a"))

    session = await stores.sessions.get(SESSION)
    assert session is not None
    assert first is again is Committed.NEXT
    assert (session.turns, session.waiting, session.events) == (1, 1, 1)


async def test_messages_of_a_burst_become_one_turn_when_nothing_more_comes(stores: Stores) -> None:
    first, second = await stores.accept("1", BURST), await stores.accept("2", BURST)

    assert first.turn_id == second.turn_id == TurnId("trn_1")
    assert 0 < first.wait_ms <= BURST.quiet_ms
    assert await stores.ready() == []
    refused = await stores.inbox.claim(SESSION, "w1")
    assert isinstance(refused, NotYet)
    await asyncio.sleep(refused.wait_ms / 1000 + 0.05)
    claimed = await stores.claim()
    assert [one.id for one in claimed.messages] == ["1", "2"]
    assert (await stores.accept("3", BURST)).turn_id == TurnId("trn_3")


async def test_a_burst_waits_anew_after_each_message_but_no_longer_than_its_cap(stores: Stores) -> None:
    slow = replace(BURST, quiet_ms=60_000, cap_ms=90_000)
    await stores.accept("1", slow)
    begun = time.monotonic()
    await asyncio.sleep(0.2)
    anew = await stores.accept("2", slow)
    asked = time.monotonic()
    capped = await stores.accept("3", replace(slow, cap_ms=60_000))

    assert anew.wait_ms > slow.quiet_ms - 100
    assert 0 < capped.wait_ms <= 60_000 - (asked - begun) * 1000 + 1


async def test_a_button_ends_the_wait_of_a_burst(stores: Stores) -> None:
    await stores.accept("1", BURST)

    assert (await stores.accept("2", replace(BURST, immediate=True))).wait_ms == 0
    assert await stores.ready() == [SESSION]
    assert len((await stores.claim()).messages) == 2


async def test_a_message_that_is_to_be_refused_when_busy_is_not_stored(stores: Stores) -> None:
    await stores.accept("1", Arrival("reject"))

    assert (await stores.accept("2", Arrival("reject"))).outcome is Outcome.BUSY
    session = await stores.sessions.get(SESSION)
    assert session is not None
    assert session.waiting == 1


@pytest.mark.parametrize("strategy", ["interrupt", "rollback"])
async def test_a_later_message_stops_what_is_not_answered(stores: Stores, strategy: str) -> None:
    for name in ("1", "2"):
        await stores.accept(name)
    running = await stores.claim()
    await stores.accept("3", Arrival(strategy))  # type: ignore[arg-type] # one of the two

    assert await stores.inbox.renew(SESSION, "w1") == Held(strategy)  # type: ignore[arg-type]
    await stores.inbox.commit("w1", running.fence, ended("1"))
    waited = await stores.claim()
    assert (waited.messages[0].id, waited.stop) == ("2", strategy)
    await stores.inbox.commit("w1", running.fence, ended("2"))
    assert (await stores.claim()).stop is None


async def test_turns_are_stopped_on_request_one_or_all(stores: Stores) -> None:
    for name in ("1", "2", "3"):
        await stores.accept(name)
    await stores.claim()

    assert await stores.inbox.stop(SESSION, TurnId("trn_2"), "cancel") == ["trn_2"]
    assert await stores.inbox.renew(SESSION, "w1") == Held()
    assert await stores.inbox.stop(SESSION, None, "cancel") == ["trn_1", "trn_2", "trn_3"]
    assert await stores.inbox.renew(SESSION, "w1") == Held("cancel")
    assert await stores.inbox.stop(SESSION, TurnId("trn_other"), "cancel") == []


async def test_nothing_waits_in_an_empty_inbox(stores: Stores) -> None:
    assert await stores.inbox.claim(SESSION, "w1") is Refused.NOTHING_WAITS
