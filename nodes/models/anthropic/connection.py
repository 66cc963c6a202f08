"""The connection to Anthropic, or to an endpoint that speaks as it does."""

from dataclasses import dataclass
from typing import Final

import httpx2
from anthropic import AsyncAnthropic

from nodes.models.anthropic import AnthropicModel
from nodes.models.pieces import Model

OFFICIAL: Final = "https://api.anthropic.com"
CONNECT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class AnthropicConnection:
    """One client for all models of a process."""

    client: AsyncAnthropic

    def model(self, name: str) -> Model:
        """Return one of its models."""
        return AnthropicModel(self.client, name)

    async def close(self) -> None:
        """Let go of its connections."""
        await self.client.close()


def connect(key: str, url: str | None, read_s: float, connect_s: float = CONNECT_S) -> AnthropicConnection:
    """Return a connection that never tries again by itself and waits for `read_s` seconds of silence at most."""
    timeout = httpx2.Timeout(read_s, connect=connect_s)
    client = AsyncAnthropic(api_key=key, base_url=url or OFFICIAL, max_retries=0, timeout=timeout, open_telemetry=False)
    return AnthropicConnection(client)
