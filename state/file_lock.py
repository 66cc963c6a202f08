"""One process at a time: a lock on a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other processes out of what this file stands for until the block ends; on Windows nobody is kept out.

    Waits for its turn. The file is made when it isn't there, and stays.
    """
    with path.open("w") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
