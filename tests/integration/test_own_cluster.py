from pathlib import Path

from tests.client import Client, lane
from tests.contracts.servers import cluster, sentinel, valkey_binary
from tests.forked import serving


def test_conversations_live_in_a_cluster(tmp_path: Path) -> None:
    with (
        cluster(valkey_binary(), tmp_path) as port,
        serving(tmp_path / "data", LANEWAY_REDIS_URL=f"redis+cluster://127.0.0.1:{port}") as server,
    ):
        client = Client(server.url)
        events = [client.ask(client.start(), "¿a qué hora abren?") for _ in range(4)]
        client.close()

    assert [lane(one) for one in events] == ["info"] * 4


def test_conversations_live_with_a_master_that_sentinels_watch(tmp_path: Path) -> None:
    with (
        sentinel(valkey_binary(), tmp_path) as port,
        serving(tmp_path / "data", LANEWAY_REDIS_URL=f"redis+sentinel://127.0.0.1:{port}/main") as server,
    ):
        client = Client(server.url)
        events = client.ask(client.start(), "¿a qué hora abren?")
        client.close()

    assert lane(events) == "info"
