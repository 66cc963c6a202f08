import asyncio
from pathlib import Path

import psutil
import pytest

from state.errors import StoreError
from state.stores.connection import connect
from state.stores.embedded import EmbeddedStore


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        await client.set("greeting", "hola")

    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        assert await client.get("greeting") == b"hola"


async def test_leaving_ends_the_server(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path) as store:
        server = store.pid

    assert not psutil.pid_exists(server)


async def test_who_comes_second_attaches_and_leaves_the_server_running(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path) as first:
        async with EmbeddedStore.open(tmp_path) as second:
            assert (first.owner, second.owner) == (True, False)
            assert (second.pid, second.url) == (first.pid, first.url)

        async with connect(first.url, retry=False) as client:
            assert await client.ping()


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / ("name" * 20)

    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        assert await client.ping()


async def test_a_path_with_spaces_and_signs_works(tmp_path: Path) -> None:
    folder = tmp_path / "dos ñandúes & 100% #1 'x' \"y\" ?"

    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        assert await client.ping()


async def test_a_file_in_place_of_the_folder_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(StoreError, match="can't be used") as refused:
        async with EmbeddedStore.open(tmp_path / "data"):
            pass

    assert "LANEWAY_DATA_DIR" in refused.value.hint


async def test_opened_many_times_at_once_there_is_one_server(tmp_path: Path) -> None:
    async def opened(leave: asyncio.Event) -> tuple[bool, int]:
        async with EmbeddedStore.open(tmp_path) as store:
            seen = (store.owner, store.pid)
            await leave.wait()
            return seen

    leave = asyncio.Event()
    tasks = [asyncio.create_task(opened(leave)) for _ in range(5)]
    await asyncio.sleep(0.3)
    leave.set()
    seen = await asyncio.gather(*tasks)

    assert sum(owner for owner, _ in seen) == 1
    assert len({pid for _, pid in seen}) == 1
