from pathlib import Path

from state.stores.connection import connect
from state.stores.embedded.store import EmbeddedStore
from tests.client import Client, lane
from tests.processes import serving


async def test_a_server_of_ones_own_is_used_instead_of_the_embedded_one(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "theirs") as store, connect(store.url, retry=False) as redis:
        with serving(tmp_path / "data", LANEWAY_REDIS_URL=store.url) as server:
            client = Client(server.url)
            events = client.ask(client.start(), "¿a qué hora abren?")
            children = server.children()
            client.close()

        assert lane(events) == "info"
        assert children == []
        assert await redis.zcard("lw:sessions:demo") == 1
        assert not (tmp_path / "data" / "valkey.sock").exists()
