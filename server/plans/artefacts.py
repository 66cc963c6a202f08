"""The files of runs, in the same vault as customers' files: found by their content, kept apart by tenant."""

import hashlib
from dataclasses import dataclass

from nodes.agents.ports import Artefact
from server.media.ports import Vault
from state.errors import InvalidInputError
from state.ids import TenantId


@dataclass(frozen=True, slots=True)
class TenantFiles:
    """A tenant's files."""

    vault: Vault
    tenant: TenantId

    async def write(self, name: str, content: bytes, mime: str) -> Artefact:
        """Keep a file; the same content again is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        await self.vault.put(self.tenant, digest, content)
        return Artefact(sha256=digest, name=name, mime=mime, size=len(content))

    async def read(self, artefact: Artefact) -> bytes:
        """Return a file's content; raises `InvalidInputError` when it isn't there."""
        sha256 = artefact.sha256
        well_formed = len(sha256) == hashlib.sha256().digest_size * 2 and set(sha256) <= set("0123456789abcdef")
        found = await self.vault.open(self.tenant, sha256) if well_formed else None
        if found is None:
            raise InvalidInputError(f"The file {artefact.name!r} is not kept any more.", hint="Give it again.")
        return b"".join([piece async for piece in found])
