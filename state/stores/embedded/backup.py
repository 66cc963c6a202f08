"""A copy of an embedded store, made while it runs."""

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from state.errors import StoreError
from state.stores.connection import connect_server
from state.stores.embedded.folder import StoreFolder
from state.stores.embedded.store import EmbeddedStore

_COPIES = 5
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was loaded once to prove it; its folder can be opened, or put in place of the store's."""

    folder: Path
    keys: int
    size: int


async def backup(store: EmbeddedStore, target: Path) -> Backup:
    """Copy the store into a new folder, with everything that was answered before the call.

    The server first writes its data anew, which puts all it holds into files and makes them small. Of those, one is
    finished and one only grows, so a copy of both is the state of one moment; a command cut in half at the end is
    dropped when the copy is loaded. The folder appears under its name when all that went well, and not before.

    Raises:
        StoreError: the target has something in it, the server could not write, or the copy could not be loaded.
    """
    copy = await asyncio.to_thread(_beside, target)
    try:
        async with connect_server(store.url, retry=False, connections=1, timeout=30.0) as client:
            await _rewrite(client)
        size = await asyncio.to_thread(_copy, StoreFolder(store.folder), copy)
        keys = await _count(copy)
        await asyncio.to_thread(_publish, copy, target)
    except (RedisError, OSError) as error:
        raise StoreError(
            f"The backup could not be made: {error}",
            hint="`laneway doctor` tells what is wrong with the store or the disk.",
        ) from error
    finally:
        await asyncio.to_thread(shutil.rmtree, copy.path, ignore_errors=True)
    return Backup(target, keys, size)


def _beside(target: Path) -> StoreFolder:
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise FileExistsError(0, "there is something in its place")
        target.parent.mkdir(parents=True, exist_ok=True)
        return StoreFolder(Path(tempfile.mkdtemp(prefix=".backup-", dir=target.parent)).resolve())
    except OSError as error:
        raise StoreError(
            f"The backup can't be put at {str(target)!r}: {error.strerror}",
            hint="Name a folder that does not exist yet, where this user may write.",
        ) from error


async def _rewrite(client: Redis) -> None:
    await _written(client)
    await client.bgrewriteaof()
    facts = await _written(client)
    if facts["aof_last_bgrewrite_status"] != "ok":
        raise OSError("the server could not write its data anew; is the disk full?")


async def _written(client: Redis) -> dict[str, object]:
    while True:
        facts: dict[str, object] = await client.info("persistence")
        if not facts["aof_rewrite_in_progress"] and not facts["aof_rewrite_scheduled"]:
            return facts
        await asyncio.sleep(_POLL_SECONDS)


def _copy(source: StoreFolder, copy: StoreFolder) -> int:
    """Copy the files the manifest names. When the server replaced one meanwhile, begin again."""
    for _ in range(_COPIES):
        shutil.rmtree(copy.data, ignore_errors=True)
        copy.data.mkdir(mode=0o700)
        manifest = source.manifest.read_bytes()
        copy.manifest.write_bytes(manifest)
        try:
            for file in source.data_files():
                shutil.copyfile(file, copy.data / file.name)
        except FileNotFoundError:
            continue
        if source.manifest.read_bytes() == manifest:
            return sum(_settle(file) for file in copy.data.iterdir())
    raise OSError("the server kept replacing its files")


def _settle(file: Path) -> int:
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return file.stat().st_size


async def _count(copy: StoreFolder) -> int:
    async with EmbeddedStore.open(copy.path, watch=False) as opened, connect_server(opened.url, retry=False) as client:
        return int(await client.dbsize())


def _publish(copy: StoreFolder, target: Path) -> None:
    for left in (copy.lock_file, copy.owner_file, copy.log_file):
        left.unlink()
    copy.path.rename(target)
