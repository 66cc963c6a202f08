"""Open the library of files that the settings describe."""

from redis.asyncio import Redis

from server.media.admission import MIB
from server.media.folder import FolderVault
from server.media.library import DAY_MS, Library
from server.media.ports import MediaSource, Vault
from server.media.s3 import S3Vault
from server.settings import Settings
from state.stores.media import RedisMediaIndex


def vault_of(settings: Settings) -> Vault:
    """Return where files are kept."""
    return S3Vault.at(settings.media_url) if settings.media_url else FolderVault(settings.data_dir / "media")


def library_of(settings: Settings, client: Redis, vault: Vault, whatsapp: MediaSource | None) -> Library:
    """Return the library; without WhatsApp no channel has files to fetch."""
    return Library(
        vault,
        RedisMediaIndex(client, keep_ms=settings.media_days * DAY_MS),
        {"whatsapp": whatsapp} if whatsapp else {},
        keep_days=settings.media_days,
        document_bytes=settings.media_document_mb * MIB,
    )
