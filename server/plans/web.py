"""Fetch documents of the public web for plans: whoever starts one must not reach what only this server can."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import unquote

import httpcore2  # noqa: F401 # httpx2 imports it when a client is made, and it reads files: not on the event loop
import httpx2

from nodes.agents.ports import AgentError
from nodes.agents.web import NAME_MOST, Fetched, FetchRefusedError
from server.plans.web_hosts import WebHosts
from server.public_addresses import Allowed, PrivateAddressError, PublicTransport, Resolve, is_public, resolve

PATIENCE_S: Final = 60.0
"""How long a whole document may take, redirects included."""
_HOPS: Final = 5
_TIMEOUT: Final = httpx2.Timeout(connect=5, read=15, write=15, pool=5)
_ONCE: Final = httpx2.Limits(max_connections=20, max_keepalive_connections=0)
_HEADERS: Final = {
    "Accept": "application/pdf, text/html, text/plain, */*;q=0.5",
    "Accept-Encoding": "identity",
    "User-Agent": "Laneway (fetches documents that its users name)",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})
_TYPES: Final = re.compile(
    r"|text/[a-z0-9.+-]+|binary/octet-stream|application/(?:pdf|x-pdf|xhtml\+xml|octet-stream|x-download"
    r"|force-download|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)"
)


class PublicWeb:
    """Fetches by GET, without cookies, credentials or proxies, each time over a new connection.

    Every address on the way is checked: its scheme, host and port, then all addresses that its name resolves to, and
    the connection goes to one of those that were checked.

    Args:
        hosts: which hosts may be asked.
        resolved: how names become addresses.
        allowed: which addresses are public ones.
        patience_s: how long a whole document may take.
    """

    def __init__(
        self,
        hosts: WebHosts,
        *,
        resolved: Resolve = resolve,
        allowed: Allowed = is_public,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._hosts = hosts
        self._resolved = resolved
        self._allowed = allowed
        self._patience_s = patience_s
        self._verify: ssl.SSLContext | None = None

    async def fetch(self, url: str, limit_bytes: int) -> Fetched:
        """Return the document at an http(s) address; see `nodes.agents.web.Web.fetch`."""
        at, shown = self._hosts.checked(url), url.partition("?")[0]
        try:
            async with asyncio.timeout(self._patience_s), self._client() as http:
                return await _followed(http, self._hosts, at, limit_bytes)
        except PrivateAddressError as error:
            raise FetchRefusedError(shown, "its host, or one it leads to, has an address that isn't public") from error
        except (TimeoutError, httpx2.ReadTimeout) as error:
            raise AgentError(f"{shown[:200]!r} came too slowly.", fault="timeout", code="fetch_slow") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            what = f"{shown[:200]!r} can't be reached ({type(error).__name__}). Check the address."
            raise AgentError(what, fault="network", code="fetch_failed") from error

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx2.AsyncClient]:
        if self._verify is None:
            self._verify = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
        inner = httpx2.AsyncHTTPTransport(verify=self._verify, trust_env=False, limits=_ONCE)
        transport = PublicTransport(inner, self._resolved, allowed=self._allowed)
        async with httpx2.AsyncClient(
            transport=transport, headers=_HEADERS, timeout=_TIMEOUT, follow_redirects=False, trust_env=False
        ) as http:
            yield http


async def _followed(http: httpx2.AsyncClient, hosts: WebHosts, at: httpx2.URL, limit_bytes: int) -> Fetched:
    for _ in range(_HOPS + 1):
        async with http.stream("GET", at) as answer:
            if answer.status_code not in _REDIRECTS:
                content = await _read(answer, limit_bytes)
                return Fetched(_name(at), content, _shown(at))
            at = hosts.checked(answer.headers.get("location", ""), at)
    raise FetchRefusedError(_shown(at), f"it was redirected more than {_HOPS} times")


async def _read(answer: httpx2.Response, limit_bytes: int) -> bytes:
    shown = _shown(answer.request.url)
    _check_status(answer, shown)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _TYPES.fullmatch(kind):
        raise FetchRefusedError(shown, f"it is {kind[:80]!r}, no PDF, DOCX, HTML or text")
    if answer.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise FetchRefusedError(shown, "it came compressed, which was not asked for")
    announced, content = answer.headers.get("content-length", ""), bytearray()
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_large(shown, limit_bytes)
    async for chunk in answer.aiter_raw(65_536):
        content += chunk
        if len(content) > limit_bytes:
            raise _too_large(shown, limit_bytes)
    return bytes(content)


def _check_status(answer: httpx2.Response, shown: str) -> None:
    if answer.is_success:
        return
    status = answer.status_code
    if answer.is_server_error or status in _LATER:
        raise AgentError(f"{shown!r} answered {status}. Try again later.", fault="network", code="fetch_failed")
    raise FetchRefusedError(shown, f"its server answered {status}", hint="Check that the address opens in a browser.")


def _too_large(shown: str, limit_bytes: int) -> FetchRefusedError:
    return FetchRefusedError(shown, f"it has more than {limit_bytes / 1024 / 1024:.0f} MiB")


def _name(url: httpx2.URL) -> str:
    last = "".join(one for one in unquote(url.path).rstrip("/").rpartition("/")[2] if one.isprintable())
    return (last or url.host)[:NAME_MOST]


def _shown(url: httpx2.URL) -> str:
    """Return an address for people and logs: a query may hold what opens it."""
    return str(url.copy_with(query=None, fragment=None))[:200]
