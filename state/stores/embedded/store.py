"""The embedded store: a Valkey server of our own on a folder, shared by all processes that open the folder."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

import structlog
from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from state.errors import LanewayError
from state.stores.connection import connect_server
from state.stores.embedded.folder import Holder, StoreFolder, silent
from state.stores.embedded.process import ServerProcess, start
from state.stores.ending import end

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.01
_WATCH_SECONDS = 0.25
_LONGEST_PAUSE = 5.0


class EmbeddedStore:
    """A server on a folder, started by us or by another process.

    Who gets the folder's lock starts the server and is its owner; everyone else uses it through its socket. The server
    ends with its owner, however that ends. A process that is still there then starts it anew and becomes the owner:
    clients see their connections break and connect again under the same address.

    A forked child of the owner that never calls exec keeps the server alive until it ends too.
    """

    def __init__(self, folder: StoreFolder, *, appendfsync: str, patience: float) -> None:
        self._folder = folder
        self._appendfsync = appendfsync
        self._patience = patience
        self._server: ServerProcess | None = None
        self._holder = Holder(0, folder.path)
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        folder: Path,
        *,
        appendfsync: Literal["everysec", "always"] = "everysec",
        patience: float = 10.0,
        watch: bool = True,
    ) -> "AsyncIterator[EmbeddedStore]":
        """Start the server, or attach to it; on leaving, the owner stops it.

        Args:
            folder: made when it isn't there.
            appendfsync: when writes reach the disk; set by whoever starts the server.
            patience: seconds the server may stay silent; loading a large store is not silence.
            watch: start the server again when it dies, or when its owner has gone.

        Raises:
            StoreError: the folder, the server program or the stored data can't be used; the hint says what to do.
        """
        store = cls(await asyncio.to_thread(StoreFolder.prepare, folder), appendfsync=appendfsync, patience=patience)
        watcher: asyncio.Task[None] | None = None
        try:
            await store.ensure()
            if watch:
                watcher = asyncio.create_task(store.watch(), name="store-watch")
            yield store
        finally:
            if watcher is not None:
                await end(watcher)
            await store._stop()

    @property
    def folder(self) -> Path:
        """Where the data is, absolute."""
        return self._folder.path

    @property
    def url(self) -> str:
        """The address for a Redis client, unix://."""
        return self._holder.url

    @property
    def owner(self) -> bool:
        """Whether this process started the server and will stop it."""
        return self._server is not None and self._server.holder == self._holder

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._holder.pid

    async def ensure(self) -> None:
        """See that a server answers: use the one there is, else start one.

        Raises:
            StoreError: neither worked, or nothing answered in time.
        """
        async with self._turn:
            if self._server is None or not self._server.alive or not await listens(self._holder.socket):
                await self._stop()
                await self._start_or_attach()

    async def watch(self) -> None:
        """Keep a server running until cancelled; failures are logged and tried again, at most five seconds apart."""
        pause = _WATCH_SECONDS
        while True:
            await asyncio.sleep(pause)
            if await listens(self._holder.socket):
                pause = _WATCH_SECONDS
                continue
            _log.warning("store.gone", pid=self.pid, owner=self.owner)
            try:
                await self.ensure()
            except LanewayError as error:
                pause = min(pause * 2, _LONGEST_PAUSE)
                _log.error("store.down", reason=error.message, hint=error.hint)

    async def _start_or_attach(self) -> None:
        began = time.monotonic()
        heard = began
        while True:
            holder = await self._claim()
            answer = await _ask(holder.url)
            if answer == "ready" and (self._server is not None or await asyncio.to_thread(self._folder.owned)):
                break
            if self._server is not None and not self._server.alive:
                raise await asyncio.to_thread(self._server.failure)
            now = time.monotonic()
            heard = now if answer == "loading" else heard
            if now - heard > self._patience:
                if answer == "ready":  # left behind by its owner, it has not ended
                    break
                raise silent(self._folder, holder)
            await asyncio.sleep(_POLL_SECONDS)
        self._holder = holder
        _log.info("store.ready", pid=self.pid, owner=self.owner, ms=round((time.monotonic() - began) * 1000))

    async def _claim(self) -> Holder:
        """Start the server unless someone has the folder; tell who has it now."""
        if self._server is not None:
            return self._server.holder
        starting = asyncio.ensure_future(asyncio.to_thread(start, self._folder, appendfsync=self._appendfsync))
        try:
            self._server = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._server = await starting
            raise
        found = self._server.holder if self._server else await asyncio.to_thread(self._folder.holder)
        return found or self._holder

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(server.stop)


async def listens(socket: Path) -> bool:
    """Whether a process listens on the socket, be it too busy to answer."""
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    except OSError:
        return True
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _ask(url: str) -> Literal["ready", "loading", "silent"]:
    client = connect_server(url, retry=False, connections=1, timeout=1.0)
    try:
        await client.ping()
    except BusyLoadingError:
        return "loading"
    except ResponseError:  # it answers, be it that its disk is full
        return "ready"
    except (RedisError, OSError):
        return "silent"
    else:
        return "ready"
    finally:
        await client.aclose()
