"""What can be said about an embedded store without changing it; `laneway doctor` shows it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError

from state.errors import StoreError
from state.stores.embedded.binary import check_tool, find_binary, server_version
from state.stores.embedded.folder import Holder, StoreFolder, disk_full, silent, unusable_folder
from state.stores.embedded.process import damaged
from state.stores.finding import Finding

_LITTLE_ROOM = 512 << 20
_NO_ROOM = 64 << 20
_CHECK_SECONDS = 300
_ANALYZED = re.compile(r"size=(\d+), ok_up_to=(\d+)")
# The checker names the start of a line that has no end; lines with lengths are this long at most.
_LONGEST_LENGTH = 24
_MISREAD = re.compile(r"0x\s*([0-9a-f]+): Expected (?!to read)")


def diagnose(path: Path) -> list[Finding]:
    """Look at the server program, the folder, the disk, the running server or else the stored files. Blocks."""
    try:
        binary = find_binary()
        version = ".".join(map(str, server_version(binary)))
    except StoreError as error:
        return [Finding.of(error)]
    program = Finding("ok", f"The store's server program is {binary.name} {version}.")
    if not path.exists():
        return [program, Finding("ok", f"There is no store in {str(path)!r} yet; the first start makes it.")]
    if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        reason = PermissionError("it is no folder, or this user may not write there")
        return [program, Finding.of(unusable_folder(path, reason))]
    folder = StoreFolder.prepare(path)
    return [program, _privacy(folder.path), _room(folder.path), *_server(folder, binary)]


def _privacy(folder: Path) -> Finding:
    if folder.stat().st_mode & 0o077 == 0:
        return Finding("ok", f"Only this user can read {str(folder)!r}.")
    return Finding(
        "warning", f"Other users of this machine can look into {str(folder)!r}.", f"Run `chmod 700 {str(folder)!r}`."
    )


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < _NO_ROOM:
        return Finding.of(disk_full(folder))
    said = f"The disk has {free >> 20} MiB free."
    return Finding("ok", said) if free >= _LITTLE_ROOM else Finding("warning", said, "Make room soon.")


def _server(folder: StoreFolder, binary: Path) -> Iterator[Finding]:
    lock = folder.try_lock()
    if lock is None:
        yield from _running(folder, folder.holder())
        return
    lock.close()  # a check takes long, and nobody should wait for it
    yield Finding("ok", "The store's server is not running.")
    yield _files(folder, binary)


def _running(folder: StoreFolder, holder: Holder | None) -> Iterator[Finding]:
    if holder is None:
        yield Finding("warning", "The store's server is just starting.", "Ask again in a moment.")
        return
    try:
        with Redis.from_url(holder.url, socket_timeout=2.0, socket_connect_timeout=2.0) as client:
            facts = client.info("everything")
    except BusyLoadingError:
        yield Finding("ok", f"The store's server (process {holder.pid}) is loading the data.")
    except (RedisError, OSError):
        yield Finding.of(silent(folder, holder))
    else:
        yield Finding("ok", f"The store's server runs as process {holder.pid} and uses {facts['used_memory_human']}.")
        yield from _health(folder, facts)


def _health(folder: StoreFolder, facts: dict[str, object]) -> Iterator[Finding]:
    if facts["aof_last_write_status"] != "ok":
        yield Finding.of(disk_full(folder.path))
    if facts["aof_last_bgrewrite_status"] != "ok":
        fix = f"See {str(folder.log_file)!r}: it needs free memory, and room on the disk for a second copy of the data."
        yield Finding("warning", "The store could not compact its files.", fix)


def _files(folder: StoreFolder, binary: Path) -> Finding:
    try:
        files = folder.data_files()
    except (OSError, ValueError):
        return Finding.of(damaged(folder))
    if not files:
        return Finding.of(damaged(folder)) if folder.manifest.exists() else Finding("ok", "Nothing is stored yet.")
    found = [_file(folder, binary, file, last=file == files[-1]) for file in files]
    return next((finding for finding in found if finding.severity != "ok"), found[-1])


def _file(folder: StoreFolder, binary: Path, file: Path, *, last: bool) -> Finding:
    tool = check_tool(binary, "rdb" if file.suffix == ".rdb" else "aof")
    try:
        checked = subprocess.run(  # noqa: S603
            [tool, file], executable=binary, capture_output=True, check=False, timeout=_CHECK_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Finding("warning", f"The stored data is large; checking {file.name!r} takes more than five minutes.")
    if checked.returncode == 0:
        return Finding("ok", "The stored data can be read.")
    said = checked.stdout.decode(errors="replace")
    return Finding("warning", *_trimmed(said)) if last and _is_cut_off(said) else Finding.of(damaged(folder))


def _is_cut_off(said: str) -> bool:
    """Whether only the end is missing, as after a power failure: the server trims that by itself."""
    analyzed, misread = _ANALYZED.search(said), _MISREAD.search(said)
    return analyzed is not None and (misread is None or int(misread[1], 16) + _LONGEST_LENGTH >= int(analyzed[1]))


def _trimmed(said: str) -> tuple[str, str]:
    found = _ANALYZED.search(said)
    lost = int(found[1]) - int(found[2]) if found else 0
    return f"The last write, {lost} bytes, was cut off.", "Nothing to do: the next start drops it and goes on."
