"""Fetch customers' files: from Meta's hosts only, no further than a limit, and named by what they are."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Final

import filetype
import httpx2

from server.channels.whatsapp.refusals import CloudError, refusal
from server.public_addresses import PrivateAddressError, origin

META_HOSTS: Final = ("graph.facebook.com", "lookaside.fbsbx.com", "*.fbcdn.net")
_HOPS: Final = 3
_REFUSAL_MOST: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class TooLargeError(CloudError):
    """A file has more bytes than are wanted of it."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__("never", f"a file is larger than {limit_bytes} bytes.")


@dataclass(frozen=True, slots=True)
class Download:
    """A fetched file; `mime` is what its bytes say, None when they say nothing: text, or something unknown."""

    content: bytes
    mime: str | None
    sha256: str


class Files:
    """Downloads with the API's access token, which goes to the allowed hosts and nowhere else."""

    def __init__(
        self, http: httpx2.AsyncClient, *, base: httpx2.URL, token: str, hosts: tuple[str, ...], patience_s: float
    ) -> None:
        self._http = http
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self._hosts = hosts
        self._patience_s = patience_s

    async def fetch(self, url: str, limit_bytes: int) -> Download:
        """Return the file at `url`; redirects are followed to allowed hosts only, three at most.

        Raises:
            CloudError: the address isn't allowed, the file is too large, or Meta refuses.
        """
        try:
            async with asyncio.timeout(self._patience_s):
                content = await self._followed(url, limit_bytes)
        except TimeoutError as error:
            raise CloudError("retry", f"a file did not come within {self._patience_s:g} seconds.") from error
        except PrivateAddressError as error:
            raise CloudError("never", "a file's host has an address that isn't public.") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise CloudError("retry", f"a file could not be fetched: {type(error).__name__}.") from error
        digest = hashlib.sha256(content).hexdigest()
        return Download(content, filetype.guess_mime(content), digest)

    async def _followed(self, url: str, limit_bytes: int) -> bytes:
        at = self._allowed(url)
        for _ in range(_HOPS + 1):
            async with self._http.stream("GET", at, headers=self._headers, follow_redirects=False) as answer:
                if answer.status_code not in _REDIRECTS:
                    return await _read(answer, limit_bytes)
                at = self._allowed(answer.headers.get("location", ""), at)
        raise CloudError("never", f"a file's address was redirected more than {_HOPS} times.")

    def _allowed(self, url: str, base: httpx2.URL | None = None) -> httpx2.URL:
        try:
            parsed = base.join(url) if base else httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError) as error:
            raise CloudError("never", "a file's address can't be understood.") from error
        if origin(parsed) != origin(self._base) and not self._meta(parsed):
            raise CloudError("never", f"a file's host is not one of {', '.join(self._hosts)} by https.")
        return parsed.copy_with(username=None, password=None) if parsed.userinfo else parsed

    def _meta(self, url: httpx2.URL) -> bool:
        scheme, host, port = origin(url)
        known = any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in self._hosts)
        return scheme == "https" and port == 443 and known  # noqa: PLR2004 # https


async def _read(answer: httpx2.Response, limit_bytes: int) -> bytes:
    if not answer.is_success:
        body = await _capped(answer, _REFUSAL_MOST)
        raise refusal(answer.status_code, answer.headers, body, sends=False)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise CloudError("never", "a file came compressed, which was not asked for.")
    return await _capped(answer, limit_bytes)


async def _capped(answer: httpx2.Response, limit_bytes: int) -> bytes:
    """Return the bytes as they came; without an encoding those are the file's own."""
    content = bytearray()
    async for chunk in answer.aiter_raw(65_536):
        content += chunk
        if len(content) > limit_bytes:
            raise TooLargeError(limit_bytes)
    return bytes(content)
