"""A Valkey server of the test's own that can be killed, started again and bothered."""

import subprocess
from pathlib import Path

from redis.asyncio import Redis

from tests.contracts.servers import start, valkey_binary

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


class Store:
    """Keeps every write it has answered, also over `kill -9`: appendfsync always."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return str(self.folder / "s")

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self._process = start(valkey_binary(), self.folder, *DURABLE)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def kill_clients(self, kind: str) -> int:
        """Close every connection of a kind, `normal` or `pubsub`, but this one; tell how many."""
        async with Redis.from_url(self.url) as client:
            return int(await client.client_kill_filter(_type=kind, skipme=True))

    async def clients(self) -> int:
        """How many connections are open, this one left out."""
        async with Redis.from_url(self.url) as client:
            return len(await client.client_list()) - 1

    async def forget(self) -> None:
        """Empty the store between tests."""
        async with Redis.from_url(self.url) as client:
            await client.flushall()
