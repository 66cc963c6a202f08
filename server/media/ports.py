"""What the library of customers' files needs: a channel that has them, a place for bytes, an index."""

from collections.abc import AsyncIterator
from typing import Protocol

from state.ids import SessionId, TenantId
from state.media import MediaFacts
from state.turn import InboundMessage


class MediaSource(Protocol):
    """A channel that files can be fetched from."""

    async def fetch(self, message: InboundMessage, ref: str, limit_bytes: int) -> bytes:
        """Return a file of a message; raises `MediaFailedError`."""
        ...


class Vault(Protocol):
    """Where files are kept: by tenant and by the SHA-256 of their content, so that the same file is kept once."""

    async def put(self, tenant: TenantId, sha256: str, content: bytes) -> None:
        """Keep a file, whole or not at all; one that is there is young again. Raises `MediaFailedError`."""
        ...

    async def open(self, tenant: TenantId, sha256: str) -> AsyncIterator[bytes] | None:
        """Return a file in pieces, None when it isn't there; raises `MediaFailedError`, also between the pieces."""
        ...

    async def forget(self, before_ms: int) -> int:
        """Delete files put before a time (ms since 1970 UTC) and return how many; raises `MediaFailedError`."""
        ...


class MediaIndex(Protocol):
    """What is known of the files of sessions, for as long as they are kept."""

    async def get(self, session: SessionId, ref: str) -> MediaFacts | None:
        """Return what is known of a file."""
        ...

    async def put(self, facts: MediaFacts) -> None:
        """Remember it."""
        ...
