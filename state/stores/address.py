"""Where a store is: the address of one server, of a Cluster's nodes, or of the Sentinels that know a master."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from redis.asyncio.connection import parse_url

Node = tuple[str, int]
"""Host and port."""

_ONE: Final = ("redis://", "rediss://", "unix://")
_MANY: Final = re.compile(
    r"(?P<scheme>rediss?)\+(?P<kind>cluster|sentinel)://(?:(?P<login>[^@/?#]*)@)?(?P<nodes>[^@/?#]+)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
_NODE: Final = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:,\[\]]+))(?::(?P<port>\d{1,5}))?")
_SERVICE: Final = re.compile(r"/(?P<service>[^/]+)(?:/(?P<db>\d*))?")
_PORTS: Final = {"cluster": 6379, "sentinel": 26379}
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """An address that was understood.

    Attributes:
        options: what it says for redis-py's connections: login, database, TLS, and what stands in the query.
        nodes: of the Cluster, or the Sentinels; empty for one server.
        service: the name under which the Sentinels know the master.
        watchers: login and TLS for the Sentinels themselves.
    """

    kind: Literal["server", "cluster", "sentinel"]
    options: Mapping[str, Any]
    nodes: tuple[Node, ...] = ()
    service: str = ""
    watchers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, url: str) -> "Address":
        """Understand `url`; raises ValueError, and what it says may quote a part of the password."""
        return _one(url) if url.startswith(_ONE) else _many(url)


def _one(url: str) -> Address:
    """Refuse what redis-py would silently read as something else."""
    parts = urlsplit(url)
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("no path")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("no number of a database")
    return Address("server", parse_url(url))


def _many(url: str) -> Address:
    found = _MANY.fullmatch(url)
    if found is None:
        raise ValueError("scheme or form")
    kind, path = found["kind"], found["path"] or ""
    nodes = tuple(_node(node, _PORTS[kind]) for node in found["nodes"].split(","))
    read: Mapping[str, Any] = parse_url(f"{found['scheme']}://{found['login'] or ''}@?{found['query'] or ''}")
    options = dict(read)
    if kind == "cluster":
        if path not in {"", "/", "/0"}:
            raise ValueError("a cluster has one database, 0")
        return Address("cluster", options, nodes)
    named = _SERVICE.fullmatch(path)
    if named is None:
        raise ValueError("no service")
    watchers = {name: value for name, value in options.items() if name.startswith(("ssl_", "connection_class"))}
    for name in ("username", "password"):
        if (value := options.pop(f"sentinel_{name}", None)) is not None:
            watchers[name] = value
    options.setdefault("db", int(named["db"] or 0))
    return Address("sentinel", options, nodes, unquote(named["service"]), watchers)


def _node(text: str, port: int) -> Node:
    found = _NODE.fullmatch(text)
    if found is None or int(found["port"] or port) > _HIGHEST_PORT:
        raise ValueError("no host and port")
    return found["v6"] or unquote(found["host"]), int(found["port"] or port)
