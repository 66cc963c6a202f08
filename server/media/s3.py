"""Files in S3 or a service that speaks its protocol."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from state.errors import SettingsError
from state.ids import TenantId
from state.media import MediaFailedError

if TYPE_CHECKING:
    from obstore.store import S3Config

_PIECE: Final = 1 << 20
_HINT: Final = (
    "Write s3://bucket/prefix?endpoint=https://host:port&region=eu-west-1; the keys in AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or before the bucket: s3://KEY:SECRET@bucket."
)
_OPTIONS: Final = frozenset({"endpoint", "region"})


class S3Vault:
    """`PREFIX/TENANT/SHA256`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def at(cls, address: SecretStr) -> Self:
        """Return the files at an address as `LANEWAY_MEDIA_URL` has it; raises `SettingsError`."""
        return cls(s3_store(address, "LANEWAY_MEDIA_URL"))

    async def put(self, tenant: TenantId, sha256: str, content: bytes) -> None:
        """Keep a file, whole or not at all; one that is there is young again. Raises `MediaFailedError`."""
        try:
            await obstore.put_async(self._store, f"{tenant}/{sha256}", content)
        except (BaseError, OSError, ValueError) as error:
            raise _failed(error) from error

    async def open(self, tenant: TenantId, sha256: str) -> AsyncIterator[bytes] | None:
        """Return a file in pieces, None when it isn't there; raises `MediaFailedError`."""
        try:
            found = await obstore.get_async(self._store, f"{tenant}/{sha256}")
        except FileNotFoundError:
            return None
        except (BaseError, OSError, ValueError) as error:
            raise _failed(error) from error
        return _pieces(found)

    async def forget(self, before_ms: int) -> int:
        """Delete files put before a time (ms since 1970 UTC) and return how many; raises `MediaFailedError`."""
        before, gone = datetime.fromtimestamp(before_ms / 1000, UTC), 0
        try:
            async for rows in obstore.list(self._store):
                if old := [row["path"] for row in rows if row["last_modified"] < before]:
                    await obstore.delete_async(self._store, old)
                    gone += len(old)
        except (BaseError, OSError, ValueError) as error:
            raise _failed(error) from error
        return gone


def s3_store(address: SecretStr, setting: str) -> S3Store:
    """Return the storage at an address as `setting` has it; raises `SettingsError`."""
    parts = urlsplit(address.get_secret_value())
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.hostname or options.keys() - _OPTIONS:
        raise SettingsError(f"{setting} is not an address of S3-compatible storage.", hint=_HINT)
    config: S3Config = {"bucket": parts.hostname}
    if parts.username:
        config["access_key_id"], config["secret_access_key"] = (
            unquote(parts.username),
            unquote(parts.password or ""),
        )
    if endpoint := options.get("endpoint"):
        config["endpoint"] = endpoint
    if region := options.get("region"):
        config["region"] = region
    plain = endpoint is not None and endpoint.startswith("http://")
    try:
        return S3Store(
            config=config,
            prefix=parts.path.strip("/") or None,
            client_options={"allow_http": plain, "timeout": "60s", "connect_timeout": "5s"},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=15)},
        )
    except (BaseError, ValueError) as error:
        raise SettingsError(f"{setting} can't be used.", hint=_HINT) from error


async def _pieces(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    try:
        async for piece in found.stream(_PIECE):
            yield bytes(piece)
    except (BaseError, OSError, ValueError) as error:
        raise _failed(error) from error


def _failed(error: Exception) -> MediaFailedError:
    return MediaFailedError("unavailable", f"the storage answered {type(error).__name__}.")
