"""Files in memory, for tests and for trying things out."""

from collections.abc import AsyncIterator

from server.clock import now_ms
from state.ids import TenantId


class MemoryVault:
    """Contents by tenant and digest, with when they were put."""

    def __init__(self) -> None:
        self._files: dict[tuple[TenantId, str], tuple[int, bytes]] = {}

    async def put(self, tenant: TenantId, sha256: str, content: bytes) -> None:
        """Keep a file; one that is there is young again."""
        self._files[tenant, sha256] = (now_ms(), content)

    async def open(self, tenant: TenantId, sha256: str) -> AsyncIterator[bytes] | None:
        """Return a file in pieces, None when it isn't there."""
        found = self._files.get((tenant, sha256))
        return _pieces(found[1]) if found else None

    async def forget(self, before_ms: int) -> int:
        """Delete files put before a time (ms since 1970 UTC) and return how many."""
        old = [key for key, (at, _) in self._files.items() if at < before_ms]
        for key in old:
            del self._files[key]
        return len(old)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1 << 16):
        yield content[start : start + (1 << 16)]
