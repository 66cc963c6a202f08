"""How providers' bodies are read: by the few fields that matter, from objects or JSON, whatever else is there."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from nodes.models.answers import ANSWER_BYTES


class Wire(BaseModel):
    """Something that a provider sent; what isn't as expected is a `ValueError`."""

    model_config = ConfigDict(extra="ignore", from_attributes=True, frozen=True)


class Streamed(Protocol):
    """An HTTP response whose body can be read in parts."""

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        ...


async def whole_body(response: Streamed) -> bytes:
    """Return a response's body; raises `ValueError` when it is larger than any decision."""
    body = bytearray()
    async for part in response.iter_bytes():
        body += part
        if len(body) > ANSWER_BYTES:
            raise ValueError("The body is larger than any decision.")
    return bytes(body)


class Extras:
    """Parameters that a model may not know: one that a 400 names is left out from then on."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 # whatever the SDK takes
        self._given = given

    def kept(self) -> dict[str, Any]:
        """Return those that haven't been refused."""
        return dict(self._given)

    def refused(self, words: str) -> bool:
        """Leave out what is named in a refusal; tell whether anything was."""
        named = [name for name in self._given if any(word in words for word in _NAMED.get(name, (name,)))]
        for name in named:
            del self._given[name]
        return bool(named)


_NAMED: Mapping[str, tuple[str, ...]] = {
    "logprobs": ("logprob",),
    "top_logprobs": ("logprob",),
    "response_format": ("response_format", "json_schema"),
    "output_config": ("output_config", "output_format"),
}
