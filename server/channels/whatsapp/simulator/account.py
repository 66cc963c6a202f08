"""The account that is simulated, and what has been taken for it."""

import re
import time
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Account(BaseModel):
    """Secrets, numbers and rates of the simulated account. `numbers` maps phone number ids to what people dial."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = "simulated-token"  # noqa: S105 # opens nothing but the simulator
    app_secret: str = "simulated-secret"  # noqa: S105 # the same
    app_id: str = "900"
    account_id: str = "500"
    numbers: dict[str, str] = {"106": "15550001111"}
    per_s: Annotated[int, Field(ge=1)] = 80
    pair_burst: Annotated[int, Field(ge=1)] = 45
    pair_every_s: Annotated[float, Field(gt=0)] = 6.0
    window_s: Annotated[float, Field(gt=0)] = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken. `dropped` when it will never arrive: its business-scoped user id stood in `to`."""

    wamid: str
    number: str
    recipient: str
    opaque: str | None
    kind: str
    body: dict[str, Any]
    at: float
    dropped: bool = False


@dataclass(slots=True)
class Clock:
    """Seconds since 1970, as far `ahead` as a test wants to be."""

    ahead: float = 0.0

    def now(self) -> float:
        """Return the simulated time."""
        return time.time() + self.ahead


@dataclass(slots=True)
class Pace:
    """A token bucket for each key, full at first; Meta's own is not known in more detail."""

    burst: float
    per_s: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def allows(self, key: str, now: float) -> bool:
        """Take one and return True, or take none."""
        left, at = self._left.get(key, (self.burst, now))
        left = min(self.burst, left + max(0.0, now - at) * self.per_s)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        return left >= 1


def user_id(phone: str) -> str:
    """Return a customer's business-scoped user id."""
    return f"US.{phone}"


def is_user_id(person: str) -> bool:
    """Tell whether it is a business-scoped user id, of anybody."""
    return re.match(r"[A-Z]{2}\.", person) is not None


def phone_of(person: str) -> str:
    """Return the phone number of a customer who is named by number or by user id."""
    return person.removeprefix("US.").lstrip("+")
