"""A process that opens an embedded store, says so, and leaves when its input ends or at Ctrl-C after a last write."""

import asyncio
import signal
import sys
from pathlib import Path

import structlog

from state.stores.connection import connect
from state.stores.embedded.store import EmbeddedStore

# Standard output is for what the test reads.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


async def main(folder: Path) -> None:
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, leave.set)
    loop.add_reader(sys.stdin.fileno(), leave.set)
    async with EmbeddedStore.open(folder) as store, connect(store.url, retry=False) as client:
        await client.incr("opened")
        sys.stdout.write(f"{store.owner:d} {store.pid}\n")
        sys.stdout.flush()
        await leave.wait()
        await client.incr("left")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
