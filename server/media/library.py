"""The library of customers' files: each is fetched once, checked, kept, and let go after its time."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Final

import structlog

from server.clock import now_ms
from server.media.admission import MIB, admitted, largest
from server.media.ports import MediaIndex, MediaSource, Vault
from state.errors import LanewayError, StoreUnavailableError
from state.ids import SessionId, TenantId
from state.media import MediaFacts, MediaFailedError, MediaNotFoundError
from state.turn import Channel, InboundMessage, MediaPart, StoredFile

log = structlog.get_logger()

DAY_MS: Final = 86_400_000
_AT_ONCE: Final = 4
"""Downloads under way in one process: each may hold a whole file in memory."""
_AGAIN_MS: Final = 10 * 60_000
"""What could not be fetched is not asked for again so soon."""
_FORGET_EVERY_S: Final = 6 * 3600.0


class Library:
    """Files of all sessions; `sources` are the channels that have any."""

    def __init__(
        self,
        vault: Vault,
        index: MediaIndex,
        sources: Mapping[Channel, MediaSource],
        *,
        keep_days: int,
        document_bytes: int = 100 * MIB,
    ) -> None:
        self._vault = vault
        self._index = index
        self._sources = sources
        self._keep_ms = keep_days * DAY_MS
        self._document_bytes = document_bytes
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._forgotten = 0.0

    @property
    def vault(self) -> Vault:
        """Where the files are."""
        return self._vault

    async def take_in(self, message: InboundMessage, part: MediaPart) -> MediaPart:
        """Return the part with its file `stored`, or with a `problem`; the same file again is not fetched again."""
        plain = replace(part, stored=None, problem=None, transcript=None)
        source = self._sources.get(message.channel)
        if source is None:
            return plain
        try:
            facts = await self._facts(source, message, plain)
        except StoreUnavailableError as error:
            log.warning("media.failed", session=message.session_id, reason=error.message)
            return replace(plain, problem="unavailable")
        return replace(plain, stored=facts.stored, problem=facts.problem)

    async def content(self, message: InboundMessage, part: MediaPart) -> bytes:
        """Return the bytes of a part that was taken in; raises `MediaNotFoundError`, `MediaFailedError`."""
        found = await self._vault.open(message.tenant_id, part.stored.sha256) if part.stored else None
        if found is None:
            raise MediaNotFoundError(part.ref)
        return b"".join([piece async for piece in found])

    async def open(
        self, tenant: TenantId, session: SessionId, ref: str
    ) -> tuple[MediaFacts, StoredFile, AsyncIterator[bytes]]:
        """Return a session's file: what is known of it, and its bytes in pieces; raises `MediaNotFoundError`."""
        facts = await self._index.get(session, ref)
        stored = facts.stored if facts and facts.tenant == tenant else None
        pieces = await self._vault.open(tenant, stored.sha256) if stored else None
        if facts is None or stored is None or pieces is None:
            raise MediaNotFoundError(ref)
        return facts, stored, pieces

    async def forget_old(self) -> int:
        """Delete the files that were kept for long enough, every few hours; raises `MediaFailedError`."""
        if time.monotonic() < self._forgotten:
            return 0
        self._forgotten = time.monotonic() + _FORGET_EVERY_S
        return await self._vault.forget(now_ms() - self._keep_ms)

    async def _facts(self, source: MediaSource, message: InboundMessage, part: MediaPart) -> MediaFacts:
        known = await self._index.get(message.session_id, part.ref)
        if known is not None and (known.problem != "unavailable" or now_ms() - known.at < _AGAIN_MS):
            return known
        asked = MediaFacts(message.session_id, message.tenant_id, part.ref, now_ms(), filename=part.filename)
        try:
            facts = replace(asked, stored=await self._kept(source, message, part))
        except LanewayError as error:
            problem = error.problem if isinstance(error, MediaFailedError) else "unavailable"
            log.info("media.failed", session=message.session_id, problem=problem, reason=error.message)
            facts = replace(asked, problem=problem)
        await self._index.put(facts)
        return facts

    async def _kept(self, source: MediaSource, message: InboundMessage, part: MediaPart) -> StoredFile:
        async with self._slots:
            content = await source.fetch(message, part.ref, largest(part.kind, self._document_bytes))
            mime, digest = await asyncio.to_thread(_looked_at, part, content)
            await self._vault.put(message.tenant_id, digest, content)
        log.info("media.kept", session=message.session_id, kind=part.kind, bytes=len(content), mime=mime)
        return StoredFile(digest, len(content), mime)


def _looked_at(part: MediaPart, content: bytes) -> tuple[str, str]:
    return admitted(part.kind, content), hashlib.sha256(content).hexdigest()
