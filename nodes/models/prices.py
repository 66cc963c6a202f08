"""What models cost, by a dated table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nodes.models.asking import Usage
from state.errors import SettingsError

_MILLION: Final = 1_000_000
_FROZEN: Final = re.compile(r"(.+)-20[0-9]{2}-?[0-9]{2}-?[0-9]{2}")


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: str
    source: str = ""
    models: dict[str, Price]


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model; `as_of` is the date of the table."""

    models: Mapping[str, Price]
    as_of: str = ""

    @classmethod
    def bundled(cls, own: Path | None = None) -> Self:
        """Return the table beside this file, with what the file `own` says instead or in addition.

        Raises:
            SettingsError: `own` can't be read or isn't such a table.
        """
        text = files(__package__).joinpath("prices.yaml").read_text(encoding="utf-8")
        table = _Table.model_validate(yaml.safe_load(text))
        if own is None:
            return cls(table.models, table.as_of)
        try:
            ours = _Table.model_validate(yaml.safe_load(own.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise SettingsError(
                f"LANEWAY_MODEL_PRICES: {str(own)!r} is no price table.",
                hint="docs/models.md shows one: `as_of`, and `models` with `input` and `output` for a million tokens.",
            ) from error
        return cls({**table.models, **ours.models}, ours.as_of)

    def cost_usd(self, model: str, usage: Usage) -> float | None:
        """Return what tokens cost, None when the table doesn't have the model.

        A name with a date at its end, as providers give to frozen versions, is looked up without it, too.
        """
        price = self._price(model)
        if price is None:
            return None
        cached = price.input if price.cached is None else price.cached
        fresh = usage.input_tokens - usage.cached_tokens
        return (fresh * price.input + usage.cached_tokens * cached + usage.output_tokens * price.output) / _MILLION

    def _price(self, model: str) -> Price | None:
        frozen = _FROZEN.fullmatch(model)
        return self.models.get(model) or (self.models.get(frozen[1]) if frozen else None)
