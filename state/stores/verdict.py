"""Whether a server keeps what is put there, judged by what it says of itself; nothing is asked here."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from state.stores.finding import Finding

Facts = Mapping[str, object]
"""The lines of INFO by name, and `appendfsync` where CONFIG may be asked."""

_OLDEST: Final = {"Redis": (7, 0), "Valkey": (8, 0)}
_EVICTING: Final = "maxmemory-policy noeviction"
_MANAGED: Final = "in redis.conf, or in the parameters of a managed service"


def judge(facts: Facts, *, cluster: bool) -> Iterator[Finding]:
    """Give what is found about one server; `cluster` tells whether it is addressed as a part of one."""
    yield from _version(facts)
    yield from _role(facts)
    yield from _kind(facts, cluster=cluster)
    yield from _memory(facts)
    yield from _files(facts)


def server_of(facts: Facts) -> str:
    """Return the server's name and version, such as `Valkey 9.1.2`."""
    name, number = _named(facts)
    return f"{name} {number}" if number else "a server that does not tell its version"


def _named(facts: Facts) -> tuple[str, str]:
    if "valkey_version" in facts or facts.get("server_name") == "valkey":
        return "Valkey", str(facts.get("valkey_version", facts.get("redis_version", "")))
    return "Redis", str(facts.get("redis_version", ""))


def _version(facts: Facts) -> Iterator[Finding]:
    name, number = _named(facts)
    parts = tuple(int(part) for part in re.findall(r"\d+", number)[:2])
    if parts and parts < _OLDEST[name]:
        yield Finding(
            "error",
            f"The store is {name} {number}, and that is too old.",
            "Use Redis 7.0 or newer, or Valkey 8.0 or newer.",
        )


def _role(facts: Facts) -> Iterator[Finding]:
    if facts.get("role", "master") != "master":
        yield Finding(
            "error",
            "The store at LANEWAY_REDIS_URL is a replica and takes no writes.",
            "Give the master's address, or let Sentinel find it: redis+sentinel://host:26379/service.",
        )


def _kind(facts: Facts, *, cluster: bool) -> Iterator[Finding]:
    if facts.get("cluster_enabled") == 1 and not cluster:
        yield Finding(
            "error",
            "The store at LANEWAY_REDIS_URL is one node of a Cluster and has a part of the keys only.",
            "Begin the address with redis+cluster:// (or rediss+cluster://).",
        )


def _memory(facts: Facts) -> Iterator[Finding]:
    policy = facts.get("maxmemory_policy")
    if policy is None:
        yield Finding(
            "warning",
            "The store does not tell what it does when its memory is full; if it evicts keys, sessions get lost.",
            f"Make sure that it is set to `{_EVICTING}`.",
        )
    elif policy != "noeviction":
        yield Finding(
            "error",
            f"When its memory is full the store throws accepted messages away (maxmemory-policy {policy}).",
            f"Write `{_EVICTING}` {_MANAGED}.",
        )
    else:
        yield Finding("ok", "When its memory is full the store refuses messages and loses none.")


def _files(facts: Facts) -> Iterator[Finding]:
    if facts.get("aof_enabled") == 0:
        yield Finding(
            "warning",
            "The store has no append-only file: if its server crashes, every message accepted since its last snapshot "
            "is lost.",
            f"Write `appendonly yes` and `appendfsync everysec` {_MANAGED}.",
        )
        return
    if facts.get("aof_last_write_status", "ok") != "ok":
        yield Finding(
            "warning", "The store can't write its append-only file and refuses messages.", "Make room on its disk."
        )
    match facts.get("appendfsync"):
        case "no":
            yield Finding(
                "warning",
                "The store lets its system decide when to write to the disk: if the machine fails, the messages "
                "accepted in the last half minute may be lost.",
                f"Write `appendfsync everysec` (or `always`) {_MANAGED}.",
            )
        case "everysec":
            yield Finding("ok", "If the store's machine fails, at most the last second of accepted messages is lost.")
        case "always":
            yield Finding("ok", "If the store's machine fails, no accepted message is lost.")
