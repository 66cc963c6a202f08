"""A Valkey server of the test's own that can be killed, started again and bothered."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import redis
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tests.contracts.servers import start, valkey_binary
from tests.waiting import SOON_S

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


class Store:
    """Keeps every write it has answered, also over `kill -9`: appendfsync always, unless options say otherwise."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = (*DURABLE, *options)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return str(self.folder / "s")

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self._process = start(valkey_binary(), self.folder, *self._options)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def kill_clients(self, kind: str) -> int:
        """Close every connection of a kind, `normal` or `pubsub`, but this one; tell how many."""
        async with Redis.from_url(self.url) as client:
            return int(await client.client_kill_filter(_type=kind, skipme=True))

    async def keys(self, *, but: str, of: str = "") -> int:
        """How many keys there are that have one text in their name and not another."""
        async with Redis.from_url(self.url, decode_responses=True) as client:
            return len([key async for key in client.scan_iter(match=f"*{of}*", count=1000) if but not in key])

    async def set(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        async with Redis.from_url(self.url) as client:
            await client.config_set(name, value)

    async def age(self, seconds: float) -> None:
        """Let every key expire so much earlier, at once where that is now: to expiry, time has passed."""
        async with Redis.from_url(self.url) as client:
            async for key in client.scan_iter(count=1000):
                left = await client.pttl(key)
                if left >= 0:
                    await client.pexpire(key, max(int(left - seconds * 1000), 0))

    def let_write(self, size: int) -> None:
        """Let no file of the server grow beyond so many bytes, -1 for any size: its disk is full, or has room again."""
        assert self._process is not None
        psutil.Process(self._process.pid).rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))

    async def until_refusing(self) -> None:
        """Write until the server refuses to; that is when it has seen that its disk is full."""
        async with Redis.from_url(self.url) as client:
            deadline = time.monotonic() + SOON_S
            while (await client.info("persistence"))["aof_last_write_status"] == "ok":
                assert time.monotonic() < deadline, "the store takes everything"
                with suppress(ResponseError):
                    await client.set("filling", "." * 1000, px=60_000)

    def written(self) -> int:
        """How many bytes its largest file has."""
        return max(path.stat().st_size for path in self.folder.rglob("*.aof"))

    async def clients(self) -> int:
        """How many connections are open, this one left out."""
        async with Redis.from_url(self.url) as client:
            return len(await client.client_list()) - 1

    async def forget(self) -> None:
        """Empty the store between tests."""
        async with Redis.from_url(self.url) as client:
            await client.flushall()


class Elsewhere(Store):
    """A server that somebody else started and ends, on a port of loopback."""

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def kill(self) -> None:
        with redis.Redis(port=self.port) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)

    def follow(self, port: int | None) -> None:
        """Be another server's replica, or a master."""
        with redis.Redis(port=self.port) as client:
            client.replicaof(*(("127.0.0.1", port) if port else ("NO", "ONE")))

    def follows(self) -> bool:
        """Whether it is a replica that has all its master has."""
        with redis.Redis(port=self.port) as client:
            return bool(client.info("replication").get("master_link_status") == "up")
