"""The folder of the embedded store: its lock, its socket, its log."""

import errno
import hashlib
import os
import re
import socket
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from state.errors import StoreError

if sys.platform != "win32":
    import fcntl

# macOS takes 104 bytes with the closing zero, Linux 108.
_LONGEST_SOCKET_PATH = 103
_LARGEST_LOG = 1 << 20
# Types: b(ase), i(ncrement), h(istory, to be deleted).
_MANIFEST_LINE = re.compile(r'file (?P<name>[^\s"/]+) seq (?P<number>\d+) type (?P<kind>[bih])')


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the folder, as written in its lock file: the server's process id and its socket."""

    pid: int
    socket: Path

    @property
    def url(self) -> str:
        """The address for a Redis client."""
        return "unix://" + quote(str(self.socket))


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """The files of one embedded store; `path` is absolute and without links, so that all agree on the names."""

    path: Path

    @classmethod
    def prepare(cls, path: Path) -> "StoreFolder":
        """Make the folder if it isn't there.

        Raises:
            StoreError: it can't be made or written, or this system has no file locks of the kind needed.
        """
        if sys.platform == "win32":
            raise StoreError("The embedded store needs Linux or macOS.", hint="Use WSL, or set LANEWAY_REDIS_URL.")
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = cls(path.resolve())
            for file in (folder.lock_file, folder.log_file):
                file.touch(mode=0o600)
        except OSError as error:
            raise unusable_folder(path, error) from error
        return folder

    @property
    def lock_file(self) -> Path:
        """Locked for as long as the server lives; tells who holds it."""
        return self.path / "valkey.lock"

    @property
    def owner_file(self) -> Path:
        """Locked for as long as the process that started the server lives, or a forked child of it."""
        return self.path / "valkey.owner"

    @property
    def log_file(self) -> Path:
        """What the server says; the run before is kept beside it once it is large."""
        return self.path / "valkey.log"

    @property
    def data(self) -> Path:
        """The append-only files and their manifest."""
        return self.path / "appendonlydir"

    @property
    def manifest(self) -> Path:
        """The list of append-only files, in the order they are read."""
        return self.data / "appendonly.aof.manifest"

    def data_files(self) -> list[Path]:
        """The append-only files named by the manifest, in the order they are read; empty when there is nothing yet.

        Raises:
            OSError: the manifest is there and can't be read.
        """
        if not self.manifest.exists():
            return []
        found = (_MANIFEST_LINE.match(line) for line in self.manifest.read_text().splitlines())
        named = [(line["kind"], int(line["number"]), self.data / line["name"]) for line in found if line]
        return [path for kind, _, path in sorted(named) if kind != "h"]

    def try_lock(self) -> BinaryIO | None:
        """Lock the folder, or return None when someone else has it. The lock goes when its last holder closes it."""
        file = self.lock_file.open("r+b", buffering=0)
        if _locked(file):
            return file
        file.close()
        return None

    def own(self) -> BinaryIO:
        """Say that this process starts the server, until the file is closed. Call it with the lock held."""
        # a file of its own each time: nobody else can have it locked, neither a last owner nor who looks after one
        mine = self.owner_file.with_suffix(f".{os.getpid()}")
        mine.touch(mode=0o600)
        file = mine.open("wb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX)
        mine.replace(self.owner_file)
        return file

    def owned(self) -> bool:
        """Whether the process that started the server lives; without it the server is about to end."""
        try:
            with self.owner_file.open("rb") as file:
                return not _locked(file)
        except FileNotFoundError:
            return True

    def holder(self) -> Holder | None:
        """Read who holds the folder, or held it last."""
        with suppress(OSError, ValueError):
            pid, at, *_ = os.fsdecode(self.lock_file.read_bytes()).split("\n")
            return Holder(int(pid), Path(at)) if at else None
        return None

    def socket(self) -> Path:
        """Where the socket goes: in the folder, or in a private folder of short name if that can't be.

        A path may be too long, and shared folders of virtual machines take no sockets. Call it with the lock held.

        Raises:
            StoreError: someone else made that private folder.
        """
        inside = self.path / "valkey.sock"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH and _takes_sockets(inside):
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return _private(Path(tempfile.gettempdir()) / f"laneway-{os.getuid()}-{name}") / "valkey.sock"

    def rotate_log(self) -> int:
        """Put a large log aside and return the size of the current one."""
        with suppress(FileNotFoundError):
            size = self.log_file.stat().st_size
            if size <= _LARGEST_LOG:
                return size
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        return 0


def write_holder(lock: BinaryIO, holder: Holder) -> None:
    """Tell the others who holds the lock."""
    lock.seek(0)
    lock.truncate(lock.write(b"%d\n%s\n" % (holder.pid, os.fsencode(holder.socket))))


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _takes_sockets(path: Path) -> bool:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
    path.unlink()
    return True


def _private(path: Path) -> Path:
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreError(
            f"{str(path)!r} is meant for the store's socket, and is not a private folder of this user.",
            hint="Remove it, or choose a shorter path for LANEWAY_DATA_DIR.",
        )
    return path


def disk_full(folder: Path) -> StoreError:
    """Word that the disk is full."""
    return StoreError(
        f"The disk of the store's folder {str(folder)!r} is full.",
        hint="Make room, or set LANEWAY_DATA_DIR to a folder on another disk and move the store there.",
    )


def unusable_folder(path: Path, error: OSError) -> StoreError:
    """Word why the folder can't be used."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    return StoreError(
        f"The store's folder {str(path)!r} can't be used: {error.strerror or error}",
        hint="Choose a folder that this user may write (LANEWAY_DATA_DIR), or correct its permissions.",
    )


def silent(folder: StoreFolder, holder: Holder) -> StoreError:
    """Word that someone has the folder and says nothing."""
    return StoreError(
        f"The store in {str(folder.path)!r} is in use by process {holder.pid}, which does not answer.",
        hint=f"See what process {holder.pid} is; if it hangs, end it and start again. "
        f"Its log is {str(folder.log_file)!r}.",
    )
