"""Connect to public addresses only, whatever a name resolves to."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Final

import httpx2

Resolve = Callable[[str, int], Awaitable[list[str]]]
Allowed = Callable[[str], bool]
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_OTHERS: Final = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "64:ff9b:1::/48", "3fff::/20")
)
"""Not for us whatever Python's version says of them: IANA's special purposes, and Azure's metadata."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddressError(httpx2.ConnectError):
    """A name resolves to an address that isn't a public one."""


class PublicTransport(httpx2.AsyncBaseTransport):
    """Resolves a name once, refuses it when any of its addresses isn't public, and connects to what it checked.

    TLS still asks for the name's certificate. `trusted` is an origin that may be anywhere: the API as configured.
    `allowed` tells which addresses are public ones.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        resolve: Resolve,
        trusted: httpx2.URL | None = None,
        allowed: Allowed | None = None,
    ) -> None:
        self._inner = inner
        self._resolve = resolve
        self._trusted = origin(trusted) if trusted else None
        self._allowed = allowed or is_public

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request to the first checked address that takes a connection."""
        if origin(request.url) == self._trusted:
            return await self._inner.handle_async_request(request)
        host, port = origin(request.url)[1:]
        found = await self._resolved(host, port)
        if not found or not all(self._allowed(address) for address in found):
            raise PrivateAddressError("the address is not a public one", request=request)
        for address in found[:-1]:
            try:
                return await self._inner.handle_async_request(_towards(address, request))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_towards(found[-1], request))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    async def _resolved(self, host: str, port: int) -> list[str]:
        try:
            return await self._resolve(host, port)
        except OSError as error:
            raise httpx2.ConnectError("the name can't be resolved") from error


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, in the system's order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def origin(url: httpx2.URL) -> tuple[str, str, int]:
    """Return scheme, host and port."""
    return url.scheme, url.host.lower(), url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, also one wrapped into an IPv6 address."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_ordinary(one) for one in _unwrapped(address))


def _is_ordinary(one: _Address) -> bool:
    if not one.is_global or one.is_multicast or one.is_reserved:
        return False
    if isinstance(one, ipaddress.IPv6Address) and one.is_site_local:
        return False
    return not any(one in network for network in _OTHERS)


def _unwrapped(address: _Address) -> list[_Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *(address.teredo or ()), *([address.sixtofour] if address.sixtofour else [])]


def _towards(address: str, request: httpx2.Request) -> httpx2.Request:
    extensions = {**request.extensions, "sni_hostname": request.url.host}
    url = request.url.copy_with(host=address)
    return httpx2.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
