import asyncio
from pathlib import Path

import pytest

from state.errors import StoreError
from state.stores.connection import connect
from state.stores.embedded.backup import backup
from state.stores.embedded.store import EmbeddedStore
from state.stores.ending import end
from tests.waiting import given


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_backup_opens_with_the_same_data(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "store") as store, connect(store.url, retry=False) as client:
        await client.mset({f"key-{number}": number for number in range(500)})
        made = await backup(store, tmp_path / "copy")
        expected = await client.mget([f"key-{number}" for number in range(500)])

    async with EmbeddedStore.open(made.folder) as copy, connect(copy.url, retry=False) as client:
        assert await client.mget([f"key-{number}" for number in range(500)]) == expected
        assert (made.keys, await client.dbsize()) == (500, 500)


async def test_a_backup_made_while_writing_is_the_state_of_one_moment(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "store") as store, connect(store.url, retry=False) as client:

        async def write() -> None:
            for number in range(1_000_000):
                await client.set(f"key-{number}", number)

        writing = asyncio.create_task(write())
        before = await given(client.dbsize, lambda keys: keys >= 100)
        made = await backup(store, tmp_path / "copy")
        await end(writing)

    async with EmbeddedStore.open(made.folder) as copy, connect(copy.url, retry=False) as client:
        assert made.keys >= before
        assert await client.exists(*(f"key-{number}" for number in range(made.keys))) == made.keys


async def test_a_backup_holds_the_data_and_nothing_of_the_run(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "store") as store:
        made = await backup(store, tmp_path / "copy")

    assert names(made.folder) == ["appendonlydir"]
    assert names(tmp_path) == ["copy", "store"]


async def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "store") as store:
        with pytest.raises(StoreError, match="something in its place"):
            await backup(store, tmp_path)
