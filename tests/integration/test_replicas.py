"""LANEWAY_REPLICAS: a message counts as accepted when replicas have it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from server.settings import Settings
from server.stores import open_stores
from state.errors import SettingsError, StoreUnavailableError
from state.ids import TenantId
from state.mailbox import Outcome
from state.session import Session
from state.stores.connection import connect_server
from state.stores.inbox import RedisInbox
from state.stores.sessions import RedisSessions
from tests.contracts.mailbox import ALONE, CAPACITY, LEASE_MS, SESSION, message
from tests.contracts.servers import node, valkey_binary
from tests.waiting import eventually


@dataclass
class Pair:
    """A master and its replica."""

    master: int

    def ask(self, *command: str) -> object:
        with redis.Redis(port=self.master) as client:
            return client.execute_command(*command)

    def cut_off(self) -> None:
        """End the replica's connection for good: it may not come back."""
        self.ask("CONFIG", "SET", "requirepass", "changed")
        with redis.Redis(port=self.master, password="changed") as client:
            client.client_kill_filter(_type="replica")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    valkey = valkey_binary()
    with node(valkey, tmp_path) as master, node(valkey, tmp_path, "--replicaof", f"127.0.0.1 {master}") as replica:
        with redis.Redis(port=replica) as follower:
            eventually(lambda: follower.info("replication")["master_link_status"] == "up")
        yield Pair(master)


async def test_a_message_is_accepted_when_a_replica_has_it_and_refused_when_none_is_left(pair: Pair) -> None:
    client = connect_server(f"redis://:changed@127.0.0.1:{pair.master}", retry=True)
    plain = connect_server(f"redis://127.0.0.1:{pair.master}", retry=True)
    await RedisSessions(plain, ttl_ms=60_000).create(Session(SESSION, TenantId("demo"), "chat", created=1, updated=1))
    given: dict[str, Any] = {
        "ttl_ms": 60_000,
        "lease_ms": LEASE_MS,
        "capacity": CAPACITY,
        "events_kept": 1000,
        "replicas": 1,
    }

    accepted = await RedisInbox(plain, **given).accept(message("1"), ALONE)
    pair.cut_off()
    with pytest.raises(StoreUnavailableError, match="1 replicas were to have the message and 0 answered"):
        await RedisInbox(client, **given).accept(message("2"), ALONE)
    with pytest.raises(StoreUnavailableError):
        await RedisInbox(client, **given).accept(message("2"), ALONE)
    repeated = await RedisInbox(client, **{**given, "replicas": 0}).accept(message("2"), ALONE)

    assert (accepted.outcome, repeated.outcome) == (Outcome.ACCEPTED, Outcome.REPEATED)
    await plain.aclose()
    await client.aclose()


def test_replicas_of_a_cluster_are_refused_before_anything_is_accepted(tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path, redis_url="redis+cluster://127.0.0.1:1", replicas=1)

    with pytest.raises(SettingsError, match="LANEWAY_REPLICAS"):
        asyncio.run(open_stores(settings).__aenter__())
