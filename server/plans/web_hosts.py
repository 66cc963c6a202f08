"""Which addresses plans may fetch documents from, by scheme, host and port."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Self

import httpx2

from nodes.agents.web import FetchRefusedError
from server.public_addresses import is_public, origin
from state.errors import SettingsError

ANYWHERE: Final = "*"
_ONE: Final = re.compile(r"(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::([0-9]{1,5}))?")
_USUAL: Final = frozenset({("http", 80), ("https", 443)})


@dataclass(frozen=True, slots=True)
class WebHosts:
    """Patterns of hosts, each with the one port it is for, or None for the usual ones."""

    listed: tuple[tuple[str, int | None], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `LANEWAY_FETCH_HOSTS`; raises `SettingsError`."""
        return cls(tuple(_listed(one.strip()) for one in text.split(",") if one.strip()))

    def checked(self, url: str, base: httpx2.URL | None = None) -> httpx2.URL:
        """Return an address, or where a redirect from `base` leads; raises `FetchRefusedError`."""
        shown = url.partition("?")[0]
        try:
            at = base.join(url) if base else httpx2.URL(url.strip())
        except (httpx2.InvalidURL, ValueError) as error:
            raise FetchRefusedError(shown, "it is no address", hint="Write https://host/path.") from error
        if at.scheme not in {"http", "https"} or not at.host:
            raise FetchRefusedError(shown, "it is no http or https address", hint="Write https://host/path.")
        if at.userinfo:
            raise FetchRefusedError(at.host, "its address holds a user's name or password", hint="Leave them out.")
        if base and base.scheme == "https" and at.scheme != "https":
            raise FetchRefusedError(shown, "it leads from https to http")
        if not self._known(at):
            raise self._stranger(at, shown)
        return at

    def _stranger(self, at: httpx2.URL, shown: str) -> FetchRefusedError:
        if _is_local(at.host):
            return FetchRefusedError(shown, f"its host {at.host[:80]!r} isn't of the public internet")
        return FetchRefusedError(
            shown,
            f"its host {at.host[:80]!r} or port is not allowed",
            hint="LANEWAY_FETCH_HOSTS names those that are, by default every public host on ports 80 and 443.",
        )

    def _known(self, url: httpx2.URL) -> bool:
        scheme, host, port = origin(url)
        host = host.rstrip(".")
        usual = (scheme, port) in _USUAL
        return any(_matches(pattern, host) and (usual if own is None else port == own) for pattern, own in self.listed)


def _matches(pattern: str, host: str) -> bool:
    if pattern == ANYWHERE:
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def _listed(one: str) -> tuple[str, int | None]:
    found = _ONE.fullmatch(one.lower())
    if found is None:
        raise SettingsError(
            f"LANEWAY_FETCH_HOSTS has {one[:80]!r}, which is no host.",
            hint="Write hosts by commas, such as docs.example.com, *.example.com or files.example.com:8443; * is any.",
        )
    return found[1], int(found[2]) if found[2] else None
