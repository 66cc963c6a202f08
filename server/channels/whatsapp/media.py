"""Fetch customers' files from the Cloud API, and stop asking before Meta stops answering."""

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

from server.channels.whatsapp.accounts import app_of
from server.channels.whatsapp.answers import MediaInfo
from server.channels.whatsapp.files import Download, TooLargeError
from server.channels.whatsapp.refusals import CloudError
from state.media import MediaFailedError
from state.turn import InboundMessage

_WINDOW_MS: Final = 60 * 60_000
_MOST: Final = 15
"""Refused calls in an hour, after which no file is asked for: at 20 Meta answers none for half an hour."""
_PAUSE_S: Final = 0.5
_TRANSIENT: Final = frozenset({"retry", "retry_once"})


class CloudFiles(Protocol):
    """The part of the Cloud API that has files."""

    async def media(self, media_id: str) -> MediaInfo:
        """Return where a file can be fetched; raises `CloudError`."""
        ...

    async def download(self, url: str, limit_bytes: int) -> Download:
        """Fetch it; raises `CloudError`."""
        ...


class MediaErrors(Protocol):
    """Calls for files that Meta refused, over all processes."""

    async def recent(self, number: str, within_ms: int) -> int:
        """Return how many there were lately."""
        ...

    async def note(self, number: str, within_ms: int) -> int:
        """Note one and return how many there were lately."""
        ...


class WhatsAppMedia:
    """The files of every connected app's customers; webhooks' ids are good for seven days, addresses for five minutes.

    `clouds` are by the app's name, as a file is there for the token of the app that got it.
    """

    def __init__(self, clouds: Mapping[str, CloudFiles], errors: MediaErrors, *, pause_s: float = _PAUSE_S) -> None:
        self._clouds = clouds
        self._errors = errors
        self._pause_s = pause_s

    async def fetch(self, message: InboundMessage, ref: str, limit_bytes: int) -> bytes:
        """Return a file of a message; what fails for a moment is tried once more. Raises `MediaFailedError`."""
        account = message.account or ""
        cloud = self._clouds.get(app_of(account))
        if cloud is None:
            raise MediaFailedError("unavailable", "the app that got it is not connected.")
        try:
            return await self._twice(cloud, account, ref, limit_bytes)
        except TooLargeError as error:
            raise MediaFailedError("too_large", error.message) from error
        except CloudError as error:
            raise MediaFailedError("unavailable", error.message) from error

    async def _twice(self, cloud: CloudFiles, account: str, ref: str, limit_bytes: int) -> bytes:
        try:
            return await self._fetched(cloud, account, ref, limit_bytes)
        except CloudError as error:
            if error.kind not in _TRANSIENT:
                raise
        await asyncio.sleep(self._pause_s)
        return await self._fetched(cloud, account, ref, limit_bytes)

    async def _fetched(self, cloud: CloudFiles, account: str, ref: str, limit_bytes: int) -> bytes:
        if await self._errors.recent(account, _WINDOW_MS) >= _MOST:
            raise MediaFailedError("unavailable", "Meta refused too many calls for files; none is asked for now.")
        try:
            info = await cloud.media(ref)
        except CloudError as error:
            if error.status is not None:
                await self._errors.note(account, _WINDOW_MS)
            raise
        if info.size is not None and info.size > limit_bytes:
            raise TooLargeError(limit_bytes)
        return (await cloud.download(info.url, limit_bytes)).content
