"""The connection to OpenAI, or to an endpoint that speaks as it does."""

from dataclasses import dataclass
from typing import Final

import httpx2
from openai import AsyncOpenAI

from nodes.models.openai import OpenAIModel
from nodes.models.pieces import Model

OFFICIAL: Final = "https://api.openai.com/v1"
CONNECT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class OpenAIConnection:
    """One client for all models of a process."""

    client: AsyncOpenAI
    official: bool

    def model(self, name: str) -> Model:
        """Return one of its models."""
        return OpenAIModel(self.client, name, official=self.official)

    async def close(self) -> None:
        """Let go of its connections."""
        await self.client.close()


def connect(key: str, url: str | None, read_s: float, connect_s: float = CONNECT_S) -> OpenAIConnection:
    """Return a connection that never tries again by itself and waits for `read_s` seconds of silence at most."""
    address = url or OFFICIAL
    timeout = httpx2.Timeout(read_s, connect=connect_s)
    client = AsyncOpenAI(api_key=key, base_url=address, max_retries=0, timeout=timeout)
    return OpenAIConnection(client, official=address == OFFICIAL)
