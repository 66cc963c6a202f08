"""The embedded store: a Valkey server of our own on a folder, shared by all processes that open the folder."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

import structlog
from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from state.errors import LanewayError, StoreError
from state.stores.connection import connect
from state.stores.embedded_folder import Holder, StoreFolder
from state.stores.embedded_process import ServerProcess, start

_log = structlog.get_logger(__name__)

_WATCH_SECONDS = 0.25
_LONGEST_PAUSE = 5.0


class EmbeddedStore:
    """A server on a folder, started by us or by another process.

    Who gets the folder's lock starts the server and is its owner; everyone else uses it through its socket. The server
    ends with its owner, however that ends. A process that is still there then starts it anew and becomes the owner:
    clients see their connections break and connect again under the same address.

    A forked child of the owner that never calls exec keeps the server alive until it ends too.
    """

    def __init__(self, folder: StoreFolder, *, appendfsync: str, timeout: float) -> None:
        self._folder = folder
        self._appendfsync = appendfsync
        self._timeout = timeout
        self._socket = folder.socket()
        self._server: ServerProcess | None = None
        self._holder = Holder(0, self._socket)
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        folder: Path,
        *,
        appendfsync: Literal["everysec", "always"] = "everysec",
        timeout: float = 10.0,  # noqa: ASYNC109  # of silence, not of the whole
        watch: bool = True,
    ) -> "AsyncIterator[EmbeddedStore]":
        """Start the server, or attach to it; on leaving, the owner stops it.

        Args:
            folder: made when it isn't there.
            appendfsync: when writes reach the disk; set by whoever starts the server.
            timeout: seconds the server may stay silent; loading a large store is not silence.
            watch: start the server again when it dies, or when its owner has gone.

        Raises:
            StoreError: the folder, the server program or the stored data can't be used; the hint says what to do.
        """
        store = cls(await asyncio.to_thread(StoreFolder.prepare, folder), appendfsync=appendfsync, timeout=timeout)
        watcher: asyncio.Task[None] | None = None
        try:
            await store.ensure()
            if watch:
                watcher = asyncio.create_task(store.watch(), name="store-watch")
            yield store
        finally:
            if watcher is not None:
                watcher.cancel()
                with suppress(asyncio.CancelledError):
                    await watcher
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
        return self._server is not None

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._holder.pid

    async def ensure(self) -> None:
        """See that a server answers: use the one there is, else start one.

        Raises:
            StoreError: neither worked within the timeout.
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
            if self._server is None:
                await self._try_start()
            self._holder = self._server.holder if self._server else self._folder.holder() or self._holder
            answer = await _ask(self.url)
            if answer == "ready":
                break
            if self._server is not None and not self._server.alive:
                raise self._server.failure()
            now = time.monotonic()
            heard = now if answer == "loading" else heard
            if now - heard > self._timeout:
                raise _silent(self._folder, self._holder)
            await asyncio.sleep(0.01)
        _log.info("store.ready", pid=self.pid, owner=self.owner, ms=round((time.monotonic() - began) * 1000))

    async def _try_start(self) -> None:
        starting = asyncio.ensure_future(
            asyncio.to_thread(start, self._folder, self._socket, appendfsync=self._appendfsync)
        )
        try:
            self._server = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._server = await starting
            raise

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
    client = connect(url, retry=False, connections=1, timeout=1.0)
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


def _silent(folder: StoreFolder, holder: Holder) -> StoreError:
    return StoreError(
        f"The store in {str(folder.path)!r} is in use by process {holder.pid}, which does not answer.",
        hint=f"See what process {holder.pid} is; if it hangs, end it and start again. "
        f"Its log is {str(folder.log_file)!r}.",
    )
