"""How settings name models: `anthropic:NAME` or `openai:NAME`, several by commas in order of preference."""

from dataclasses import dataclass
from typing import Final

_MODEL: Final = r"(anthropic|openai):[^\s,]+"
MODELS: Final = rf"^{_MODEL}( *, *{_MODEL})*$"


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model and who has it: `anthropic` or `openai`."""

    provider: str
    name: str


def named(listed: str | None) -> list[ModelName]:
    """Return the models that a setting lists, each once."""
    names = [one.strip() for one in (listed or "").split(",") if one.strip()]
    return [ModelName(*one.split(":", 1)) for one in dict.fromkeys(names)]
