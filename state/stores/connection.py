"""Redis clients with explicit limits: one kind that retries, one that never does, and one that listens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig

from state.errors import SettingsError
from state.stores.address import Address
from state.stores.cluster import WaitingCluster, on_any
from state.stores.quick_packing import quick
from state.stores.sentinel import MasterPool, Watchers

_RETRIES: Final = 3
_HEALTH_SECONDS: Final = 30
_CONNECT_SECONDS: Final = 5.0
_LISTEN_SECONDS: Final = 24 * 3600.0

Client = Redis | RedisCluster


def connect(
    url: str,
    *,
    retry: bool,
    connections: int = 32,
    timeout: float = 5.0,
    wait: float = 5.0,
) -> Client:
    """Make a client that owns its connections; nothing is sent before the first command. Close it with `aclose()`.

    A client that retries may run a command twice when a reply is lost: give it idempotent commands only. The other one
    raises at the first lost reply, and the caller knows that the command may have run. Neither is thrown off by a
    connection that died while it was idle: the pool opens a new one before it sends. Long idle TCP connections are
    asked first; unix sockets are not, as a full disk fails that PING and reading must go on.

    After a failover both go on with the new master. In between commands fail: retries end within a second or two, a
    failover may take longer.

    Args:
        url: redis://, rediss:// or unix:// for one server; redis+cluster://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...];
            redis+sentinel://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...]/SERVICE[/DB] for a master that Sentinels watch;
            rediss+cluster and rediss+sentinel with TLS. Options of redis-py in the query win over the arguments;
            `sentinel_username` and `sentinel_password` are for the Sentinels themselves.
        retry: whether a command whose connection broke is sent again, three times at most.
        connections: the size of the pool; of a Cluster, of each node's.
        timeout: seconds for connecting and for each reply; a blocking read needs more than the time it blocks.
        wait: seconds a command waits for a free connection of the pool.

    Raises:
        SettingsError: `url` can't be understood.
    """
    with _understood():
        address = Address.read(url)
        options = _options(address, retry=retry, connections=connections) | {
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            **address.options,
        }
        if address.kind == "cluster":
            return WaitingCluster(address.nodes, options, wait=wait)
        return _client(address, {"timeout": wait, **options})


def connect_server(url: str, *, retry: bool, connections: int = 32, timeout: float = 5.0, wait: float = 5.0) -> Redis:
    """Make a client as `connect` does for an address that is no Cluster's; raises SettingsError when it is one."""
    client = connect(url, retry=retry, connections=connections, timeout=timeout, wait=wait)
    if isinstance(client, RedisCluster):
        raise _not_understood()
    return client


def connect_listener(url: str, *, connections: int = 4) -> Redis:
    """Make a client for pub/sub and blocking reads: it retries, and waits for replies as long as a day.

    Of a Cluster it talks to one node, the first of the address that takes the connection, and to the next one when that
    is gone. PUBLISH reaches the listeners at every node; keys can only be read where they are.

    Raises:
        SettingsError: `url` can't be understood.
    """
    with _understood():
        address = Address.read(url)
        options = _options(address, retry=True, connections=connections) | {
            "socket_timeout": _LISTEN_SECONDS,
            "socket_connect_timeout": _CONNECT_SECONDS,
            **address.options,
        }
        return _client(address, {"timeout": _CONNECT_SECONDS, **options})


def _client(address: Address, options: dict[str, Any]) -> Redis:
    pool = (
        MasterPool(address.service, Watchers(address.nodes, address.watchers), options)
        if address.kind == "sentinel"
        else BlockingConnectionPool(**options)
    )
    kind = quick(pool.connection_class)
    pool.connection_class = on_any(address.nodes, kind) if address.kind == "cluster" else kind
    pool.connection_class(**pool.connection_kwargs)
    return Redis.from_pool(pool)


def _options(address: Address, *, retry: bool, connections: int) -> dict[str, Any]:
    return {
        "max_connections": connections,
        "health_check_interval": 0 if "path" in address.options else _HEALTH_SECONDS,
        "decode_responses": False,
        "retry": Retry(ExponentialWithJitterBackoff(cap=1.0, base=0.05), _RETRIES) if retry else Retry(NoBackoff(), 0),
        "driver_info": None,  # it reads the disk for each connection
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, RedisError, RedisClusterException):
        raise _not_understood() from None  # what is wrong with it may quote a part of the password


def _not_understood() -> SettingsError:
    return SettingsError(
        "The address of the store can't be understood.",
        hint="Set LANEWAY_REDIS_URL to redis://host:6379/0, rediss://host:6379/0, unix:///path/to.sock, "
        "redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/service; "
        "in a password, write signs such as @ : / # as %40 %3A %2F %23. Leave it out to use the embedded store.",
    )
