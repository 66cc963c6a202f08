"""Documents of the web: what the extractor needs to fetch one."""

import re
from dataclasses import dataclass
from typing import Final, Protocol

from state.errors import InvalidInputError

NAME_MOST: Final = 200
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as a server gave it; `address` is where it was in the end, without its query."""

    name: str
    content: bytes
    address: str


class FetchRefusedError(InvalidInputError):
    """An address that is not fetched, or whose answer is no document; another attempt would end alike."""

    code = "fetch_refused"

    def __init__(self, address: str, reason: str, *, hint: str = "Give the file itself, or its text.") -> None:
        super().__init__(f"{address[:200]!r} is not fetched: {reason}.", hint=hint)


class Web(Protocol):
    """Where documents are fetched from."""

    async def fetch(self, url: str, limit_bytes: int) -> Fetched:
        """Return the document at an http(s) address.

        Raises:
            FetchRefusedError: the address is not allowed, there is nothing, it is too large or no document.
            AgentError: the server can't be reached, has a fault of its own (`network`), or is too slow (`timeout`).
        """
        ...


class NoWeb:
    """Where nothing is fetched."""

    async def fetch(self, url: str, limit_bytes: int) -> Fetched:  # noqa: ARG002 # the port's
        """Raise `FetchRefusedError`."""
        raise FetchRefusedError(url.partition("?")[0], "nothing is fetched here")


def is_address(text: str) -> bool:
    """Tell whether a text is one address and nothing else, of whatever scheme: only http(s) is fetched."""
    return _ADDRESS.fullmatch(text.strip()) is not None
