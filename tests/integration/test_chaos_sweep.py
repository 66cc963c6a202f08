"""The sweep of the chaos suite: whatever is left in a store that speaks of work is found."""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from redis.asyncio import Redis

from state.ids import SessionId
from state.stores.keys import GROUP, of_partition, of_session, partition_of
from tests.chaos.sweep import left_over
from tests.contracts.servers import running, valkey_binary

SESSION = SessionId("ses_1")
META, INBOX, LEASE = (of_session(SESSION, name) for name in ("meta", "inbox", "lease"))
READY, WAITING, DUE = (of_partition(partition_of(SESSION), name) for name in ("ready", "waiting", "due"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(valkey_binary(), tmp_path_factory.mktemp("s")) as url:
        yield url


async def read_and_forgotten(client: Any) -> None:
    await client.xadd(READY, {"s": SESSION})
    await client.xreadgroup(GROUP, "dead", {READY: ">"})


async def pending_without_an_entry(client: Any) -> None:
    await read_and_forgotten(client)
    await client.xtrim(READY, maxlen=0)


Leave = Callable[[Any], Awaitable[object]]
LEFT: dict[str, tuple[Leave, str]] = {
    "a lease": (lambda client: client.set(LEASE, "w1", px=600_000), "held for .* no turn of it runs"),
    "a lease for ever": (lambda client: client.set(LEASE, "w1"), "held for -1 ms"),
    "an entry that nobody read": (lambda client: client.xadd(READY, {"s": SESSION}), "unread"),
    "an entry that was read": (read_and_forgotten, "never taken"),
    "a pending entry that is gone": (pending_without_an_entry, "has no .* never taken"),
    "a session that waits": (lambda client: client.zadd(WAITING, {SESSION: 1}), "is in waiting"),
    "a session that is due": (lambda client: client.zadd(DUE, {SESSION: 1}), "is in due"),
    "a session that runs": (lambda client: client.hset(META, "status", "running"), "no worker's and not in the queue"),
    "a message": (lambda client: client.rpush(INBOX, "trn_1\n{}"), "1 unanswered"),
    "a mark": (lambda client: client.hset(META, "queued", 1), "marked as queued"),
    "a turn": (lambda client: client.hset(META, "running", "trn_1"), "still has running"),
    "a stop": (lambda client: client.hset(META, "stop:trn_1", "cancel"), "still has stop:trn_1"),
}


@pytest.mark.parametrize(("leave", "said"), LEFT.values(), ids=LEFT)
async def test_what_is_left_in_the_store_is_said(url: str, leave: Leave, said: str) -> None:
    async with Redis.from_url(url) as client:
        await client.flushall()
        await client.hset(META, "status", "idle")
        await client.xgroup_create(READY, GROUP, id="0", mkstream=True)
        assert await left_over(url) == []

        await leave(client)

    assert re.search(said, "\n".join(await left_over(url)))
