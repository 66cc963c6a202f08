"""Files in a folder that nobody else can read."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from state.ids import TenantId
from state.media import MediaFailedError

_PIECE: Final = 256 * 1024
UNFINISHED: Final = "unfinished-"
"""How the names of files begin that are being written."""


class FolderVault:
    """`FOLDER/TENANT/AB/ABCD...`; a file appears under its name when all of it is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, tenant: TenantId, sha256: str, content: bytes) -> None:
        """Keep a file, whole or not at all; one that is there is young again. Raises `MediaFailedError`."""
        with _said():
            await asyncio.to_thread(_write, self._folder, self._place(tenant, sha256), content)

    async def open(self, tenant: TenantId, sha256: str) -> AsyncIterator[bytes] | None:
        """Return a file in pieces, None when it isn't there."""
        place = self._place(tenant, sha256)
        return _pieces(place) if await asyncio.to_thread(place.is_file) else None

    async def forget(self, before_ms: int) -> int:
        """Delete files put before a time (ms since 1970 UTC), and what was never finished; return how many.

        Raises `MediaFailedError`.
        """
        with _said():
            return await asyncio.to_thread(_forget, self._folder, before_ms / 1000)

    def _place(self, tenant: TenantId, sha256: str) -> Path:
        return self._folder / tenant / sha256[:2] / sha256


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MediaFailedError("unavailable", f"the data folder: {error.strerror}.") from error


def _write(root: Path, place: Path, content: bytes) -> None:
    try:
        os.utime(place)
    except FileNotFoundError:
        _make(root, place.parent)
    else:
        return
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=UNFINISHED)  # readable by the owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _make(root: Path, folder: Path) -> None:
    for one in (*reversed([above for above in folder.parents if above.is_relative_to(root)]), folder):
        one.mkdir(mode=0o700, parents=one == root, exist_ok=True)


async def _pieces(place: Path) -> AsyncIterator[bytes]:
    with _said():
        file = await asyncio.to_thread(place.open, "rb")  # not before somebody reads: who never does closes nothing
    try:
        while True:
            with _said():
                piece = await asyncio.to_thread(file.read, _PIECE)
            if not piece:
                return
            yield piece
    finally:
        file.close()


def _forget(root: Path, before_s: float) -> int:
    gone = 0
    for file in _files(root):
        try:
            if file.stat().st_mtime < before_s:
                file.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # another process was quicker
    return gone


def _files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            yield Path(folder) / name
