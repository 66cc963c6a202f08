"""Connections that pack commands by hiredis, five times as fast as redis-py does it in Python."""

from collections.abc import Iterable
from typing import Any

import hiredis
from redis.asyncio.connection import AbstractConnection
from redis.typing import EncodableT


def quick(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a kind of connection that is like `kind` and packs faster."""

    class Quick(kind):  # type: ignore[misc, valid-type] # mypy follows no class that is an argument
        def pack_commands(self, commands: Iterable[Iterable[EncodableT]]) -> list[bytes]:
            return [packed for command in commands for packed in self._pack(tuple(command))]

        def _pack(self, command: tuple[Any, ...]) -> list[bytes]:
            if " " in str(command[0]):  # a name of two words goes as two arguments
                pieces: list[bytes] = super().pack_command(*command)
                return pieces
            return [hiredis.pack_command(command)]

    return Quick
