"""Look at the store's servers before the first message is accepted: will they keep it, and may we do what we do?"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import AuthenticationError, NoPermissionError, NoScriptError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from state.errors import SettingsError, StoreUnavailableError
from state.stores.checkpointer.saver import PREFIX
from state.stores.connection import Client
from state.stores.faults import store_errors
from state.stores.finding import Finding
from state.stores.verdict import Facts, judge, server_of

log = structlog.get_logger()

PATIENCE_S: Final = 60.0
_POLL_S: Final = 0.1
_KEY: Final = "lw:{check}:probe"
_CHANNEL: Final = "lw:{check}:live"

_PROBES: Final[tuple[tuple[str, tuple[str | int, ...]], ...]] = (
    ("scripts", ("EVALSHA", "0" * 40, 1, _KEY)),
    ("scripts", ("SCRIPT LOAD", "return 1")),
    ("streams", ("XADD", _KEY, "NOMKSTREAM", "*", "d", "")),
    ("streams", ("XRANGE", _KEY, "-", "+")),
    ("lists", ("LPOP", _KEY)),
    ("hashes", ("HGETALL", _KEY)),
    ("hashes", ("HDEL", _KEY, "d")),
    ("sorted sets", ("ZREM", _KEY, "d")),
    ("strings", ("SET", _KEY, "", "XX")),
    ("keys", ("PEXPIRE", _KEY, 1)),
    ("checkpoints", ("HGETALL", f"{PREFIX}:{{check}}:thread")),
    ("pub/sub", ("PUBLISH", _CHANNEL, "")),
)
"""Commands that change nothing: the key is never there."""


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What was found: `server` names it, `findings` are in words for whoever runs it."""

    server: str
    findings: list[Finding]


async def admit(client: Client, *, patience: float = PATIENCE_S) -> None:
    """Let a store pass, with a log line for each thing that could be better.

    Raises:
        SettingsError: it would lose messages, or can't do what is needed; the hint says what to change.
        StoreUnavailableError: it doesn't answer, or still loads its data after `patience` seconds.
    """
    report = await survey(client, patience=patience)
    wrong = [finding for finding in report.findings if finding.severity == "error"]
    if wrong:
        raise SettingsError(
            " ".join(finding.message for finding in wrong), hint=" ".join(finding.fix for finding in wrong)
        )
    for finding in report.findings:
        if finding.severity == "warning":
            log.warning("store.check", found=finding.message, fix=finding.fix)


async def survey(client: Client, *, patience: float = PATIENCE_S) -> StoreReport:
    """Look at the server, or at every master of a Cluster; one that loads its data is waited for.

    Raises:
        SettingsError: it refuses the login.
        StoreUnavailableError: it doesn't answer, or still loads its data after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    with store_errors(), _login_errors():
        try:
            servers = [await _facts(ask, deadline) for ask in await _askers(client)]
        except NoPermissionError:
            unknown = "The store's user may not ask INFO: whether accepted messages are kept could not be checked."
            return StoreReport(server_of({}), [Finding("warning", unknown, "Allow it: +info.")] + await _rights(client))
        clustered = isinstance(client, RedisCluster)
        findings = [finding for facts in servers for finding in judge(facts, cluster=clustered)]
        if not any(finding.severity == "error" for finding in findings):
            findings += await _rights(client)
    masters = f", {len(servers)} masters" if clustered else ""
    return StoreReport(server_of(servers[0]) + masters, list(dict.fromkeys(findings)))


@contextmanager
def _login_errors() -> Iterator[None]:
    try:
        yield
    except RedisConnectionError as error:
        if not any(isinstance(one, AuthenticationError) for one in (error, error.__cause__)):
            raise
        raise SettingsError(
            "The store does not take the user and password of LANEWAY_REDIS_URL.",
            hint="Write them into the address: redis://user:password@host:6379/0.",
        ) from error


Ask = Callable[..., Awaitable[Any]]
"""Sends a command to one server."""


async def _askers(client: Client) -> list[Ask]:
    if isinstance(client, Redis):
        return [client.execute_command]
    await client.initialize()
    return [_asker(client, node.name) for node in client.get_primaries()]


def _asker(client: RedisCluster, name: str) -> Ask:
    return lambda *command: client.execute_command(*command, target_nodes=client.get_node(node_name=name))


async def _facts(ask: Ask, deadline: float) -> Facts:
    while (facts := dict(await ask("INFO", "everything"))).get("loading"):
        if time.monotonic() > deadline:
            raise StoreUnavailableError("it is still loading its data.")
        await asyncio.sleep(_POLL_S)
    for name in ("appendfsync", "maxmemory-policy"):
        try:
            found = await ask("CONFIG GET", name)
        except ResponseError:  # managed services have no CONFIG
            break
        facts = {key.replace("-", "_"): value for key, value in _text(found).items()} | facts
    return facts


def _text(found: dict[Any, Any]) -> dict[str, str]:
    return {
        (key.decode() if isinstance(key, bytes) else key): (value.decode() if isinstance(value, bytes) else value)
        for key, value in found.items()
    }


async def _rights(client: Client) -> list[Finding]:
    """Try what Laneway needs, on a key that is not there, and tell what the user may not."""
    denied: list[str] = []
    findings: list[Finding] = []
    for what, command in _PROBES:
        try:
            await client.execute_command(*command)
        except NoPermissionError as error:
            denied.append(_denied(what, str(command[0]), str(error)))
        except NoScriptError:
            continue
        except ResponseError as error:
            findings.append(Finding("warning", f"The store answers {command[0]} with: {error}", "See its log."))
    if isinstance(client, Redis):
        denied += await _listening(client)
    if denied:
        findings.append(
            Finding(
                "error",
                f"The store's user may not use {', '.join(dict.fromkeys(denied))}.",
                f"Allow it: ACL SETUSER name ~lw:* ~{PREFIX}:* &lw:* +@all -@admin -@dangerous +info.",
            )
        )
    return findings


async def _listening(client: Redis) -> list[str]:
    async with client.pubsub() as heard:
        try:
            await heard.subscribe(_CHANNEL)
            await heard.get_message(timeout=1.0)
        except NoPermissionError as error:
            return [_denied("pub/sub", "SUBSCRIBE", str(error))]
    return []


def _denied(what: str, command: str, said: str) -> str:
    if "channel" in said:
        return "channels lw:*"
    if "key" in said:
        return f"keys {PREFIX}:*" if what == "checkpoints" else "keys lw:*"
    return f"{command} ({what})"
