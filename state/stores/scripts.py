"""Lua scripts beside this file, by name."""

from importlib.resources import files

from redis.asyncio import Redis
from redis.commands.core import AsyncScript


def script(client: Redis, name: str) -> AsyncScript:
    """Return `<name>.lua` ready to be called; a server that lost it is given it again (NOSCRIPT)."""
    text = files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
    return AsyncScript(client, text)
