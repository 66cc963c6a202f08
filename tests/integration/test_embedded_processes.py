import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from state.errors import StoreError
from state.stores.connection import connect
from state.stores.embedded.folder import Holder, StoreFolder, write_holder
from state.stores.embedded.store import EmbeddedStore
from tests.waiting import SOON_S, until


class Opener:
    """Another process that has the store open."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.open_store", str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def __enter__(self) -> "Opener":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=SOON_S)

    def opened(self) -> tuple[bool, psutil.Process]:
        """Whether it owns the server, and the server."""
        assert self.process.stdout is not None
        owner, pid = self.process.stdout.readline().split()
        return owner == b"1", psutil.Process(int(pid))

    def kill(self, by: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(by)
        self.process.wait(SOON_S)


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Opener]:
    with Opener(tmp_path) as opener:
        yield opener


def family(server: psutil.Process) -> list[psutil.Process]:
    return [server, *server.children(recursive=True)]


def runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


async def read(folder: Path, key: str) -> bytes | None:
    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        value = await client.get(key)
        assert value is None or isinstance(value, bytes)
        return value


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
async def test_the_server_ends_with_its_owner_and_leaves_no_process(
    tmp_path: Path, another: Opener, by: signal.Signals
) -> None:
    _, server = another.opened()
    processes = family(server)

    another.kill(by)

    assert len(processes) >= 2
    await until(lambda: not any(runs(process) for process in processes))


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
async def test_what_was_answered_survives_the_end_of_the_owner(
    tmp_path: Path, another: Opener, by: signal.Signals
) -> None:
    another.opened()

    another.kill(by)

    assert await read(tmp_path, "opened") == b"1"


async def test_a_server_that_is_about_to_end_with_its_owner_is_not_used(tmp_path: Path, another: Opener) -> None:
    _, server = another.opened()
    (watcher,) = server.children()
    watcher.suspend()
    another.kill()

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read(tmp_path, "opened"))
        await asyncio.sleep(0.5)
        assert not reading.done()
        watcher.resume()

    assert reading.result() == b"1"


async def test_a_server_that_its_owner_left_behind_is_used(tmp_path: Path, another: Opener) -> None:
    _, server = another.opened()
    (watcher,) = server.children()
    watcher.suspend()
    another.kill()

    async with EmbeddedStore.open(tmp_path, patience=0.2, watch=False) as store:
        assert (store.owner, store.pid) == (False, server.pid)
        watcher.resume()


async def test_a_killed_server_is_started_again_with_its_data(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        killed = store.pid
        await client.set("kept", "1")
        os.kill(killed, signal.SIGKILL)
        await until(lambda: store.pid != killed)

        assert await client.get("kept") == b"1"


async def test_a_server_that_cannot_be_started_again_is_tried_until_it_can(tmp_path: Path) -> None:
    folder, aside = tmp_path / "store", tmp_path / "aside"
    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        killed = store.pid
        await client.set("kept", "1")
        folder.rename(aside)
        os.kill(killed, signal.SIGKILL)
        await asyncio.sleep(1)
        aside.rename(folder)
        await until(lambda: store.pid != killed)

        assert await client.get("kept") == b"1"


async def test_a_second_process_sees_what_the_first_wrote(tmp_path: Path, another: Opener) -> None:
    owner, server = another.opened()

    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        assert (owner, store.owner, store.pid) == (True, False, server.pid)
        assert await client.get("opened") == b"1"


async def test_five_processes_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    openers = [Opener(tmp_path) for _ in range(5)]
    seen = [opener.opened() for opener in openers]
    for opener in openers:
        opener.process.communicate(timeout=SOON_S)

    assert sum(owner for owner, _ in seen) == 1
    assert len({server.pid for _, server in seen}) == 1


async def test_who_stays_takes_over_from_an_owner_that_was_killed(tmp_path: Path, another: Opener) -> None:
    another.opened()

    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        another.kill()
        await until(lambda: store.owner)

        assert await client.incr("opened") == 2


async def test_ctrl_c_lets_the_owner_write_before_the_server_ends(tmp_path: Path, another: Opener) -> None:
    another.opened()

    os.killpg(another.process.pid, signal.SIGINT)
    another.process.wait(SOON_S)

    assert await read(tmp_path, "left") == b"1"


async def test_files_of_a_dead_run_do_not_hinder(tmp_path: Path, another: Opener) -> None:
    _, server = another.opened()
    server.suspend()
    another.kill()
    server.kill()
    await until(lambda: not runs(server))

    assert (tmp_path / "valkey.sock").exists()
    assert await read(tmp_path, "opened") == b"1"


async def test_a_holder_that_does_not_answer_is_named(tmp_path: Path) -> None:
    folder = StoreFolder.prepare(tmp_path)
    with folder.try_lock() or pytest.fail("not locked") as lock:
        write_holder(lock, Holder(os.getpid(), tmp_path / "valkey.sock"))

        with pytest.raises(StoreError, match=f"process {os.getpid()}, which does not answer"):
            async with EmbeddedStore.open(tmp_path, patience=0.2):
                pass
