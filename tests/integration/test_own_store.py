from contextlib import ExitStack
from pathlib import Path

from state.stores.connection import connect
from state.stores.embedded.store import EmbeddedStore
from tests.client import Client, lane
from tests.forked import serving


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


async def test_a_store_that_is_gone_is_said_with_503_and_nothing_is_accepted(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "theirs") as store:
        stack = ExitStack()
        server = stack.enter_context(serving(tmp_path / "data", LANEWAY_REDIS_URL=store.url))
        client = Client(server.url)
        session = client.start()
    with stack:
        refused = client.http.post(f"/v1/sessions/{session}/messages", json={"text": "hola"})
        ready = client.http.get("/readyz")
        alive = client.http.get("/livez")
        client.close()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["code"] == "store_unavailable"
    assert (ready.status_code, alive.status_code) == (503, 200)
