import asyncio
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from state.errors import StoreError
from state.stores.connection import connect
from state.stores.embedded.folder import Holder, StoreFolder, write_holder
from state.stores.embedded.store import EmbeddedStore
from tests.contracts.servers import answering, running, valkey_binary
from tests.waiting import until


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


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's folder for temporary files, of short name and empty."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def inside(folder: Path) -> dict[Path, os.stat_result]:
    return {path: path.lstat() for path in folder.iterdir()}


def too_long(folder: Path) -> Path:
    return folder / ("long" * 20) / ("name" * 20)


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path, temporary: Path) -> None:
    async with (
        EmbeddedStore.open(too_long(tmp_path)) as store,
        EmbeddedStore.open(too_long(tmp_path)) as second,
        connect(second.url, retry=False) as client,
    ):
        assert await client.ping()
        assert (store.owner, second.owner) == (True, False)
        assert [stat.S_IMODE(folder.st_mode) for folder in inside(temporary).values()] == [0o700]


async def test_a_folder_prepared_by_someone_for_the_socket_is_refused(tmp_path: Path, temporary: Path) -> None:
    async with EmbeddedStore.open(too_long(tmp_path)):
        [place] = inside(temporary)
    place.rmdir()
    place.symlink_to(tmp_path)

    with pytest.raises(StoreError, match="not a private folder"):
        async with EmbeddedStore.open(too_long(tmp_path)):
            pass


async def test_only_this_user_can_reach_the_data(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path / "store"):
        found = inside(tmp_path / "store")

    assert len(found) == 5
    assert [path for path, status in found.items() if status.st_mode & 0o077] == []


async def test_loading_much_data_is_not_taken_for_silence(tmp_path: Path) -> None:
    folder, patience = StoreFolder.prepare(tmp_path), 1.0
    with running(valkey_binary(), tmp_path, "--save", "", "--rdbcompression", "no") as url:
        async with connect(url, retry=False) as client:
            await client.mset({f"key-{number}": "x" * 2000 for number in range(400)})
            await client.execute_command("SAVE")
    (tmp_path / "s").unlink()
    slowly = ("--key-load-delay", "10000", "--loading-process-events-interval-bytes", "1024")

    with folder.try_lock() or pytest.fail("not locked") as lock, answering(valkey_binary(), tmp_path, *slowly):
        write_holder(lock, Holder(os.getpid(), tmp_path / "s"))
        began = time.monotonic()
        async with EmbeddedStore.open(tmp_path, patience=patience) as store, connect(store.url, retry=False) as client:
            took = time.monotonic() - began
            assert await client.dbsize() == 400

    assert took > patience


async def test_a_path_with_spaces_and_signs_works(temporary: Path) -> None:
    folder = temporary / "dos ñandúes & 100% #1 'x' \"y\" ?"

    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        assert await client.ping()


async def test_a_file_in_place_of_the_folder_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(StoreError, match="can't be used") as refused:
        async with EmbeddedStore.open(tmp_path / "data"):
            pass

    assert "LANEWAY_DATA_DIR" in refused.value.hint


async def test_opened_many_times_at_once_there_is_one_server(tmp_path: Path) -> None:
    seen: list[tuple[bool, int]] = []
    leave = asyncio.Event()

    async def opened() -> None:
        async with EmbeddedStore.open(tmp_path) as store:
            seen.append((store.owner, store.pid))
            await leave.wait()

    tasks = [asyncio.create_task(opened()) for _ in range(5)]
    await until(lambda: len(seen) == len(tasks))
    leave.set()
    await asyncio.gather(*tasks)

    assert sum(owner for owner, _ in seen) == 1
    assert len({pid for _, pid in seen}) == 1
