"""What a payment provider tells of its own accord, signed as Standard Webhooks has it (standardwebhooks.com).

The signature is HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64 behind `v1,`. Several may stand in the header with
spaces between, as providers send them while a secret is being replaced.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from state.errors import InvalidInputError, SettingsError

_AGE_S: Final = 300
"""Seconds before and after which a signature is too old to be believed."""
_DIGITS: Final = 12
_SHORTEST: Final = 16
_PREFIX: Final = "whsec_"


class PaymentNews(BaseModel):
    """Body of `POST /webhooks/payments`: an order was paid; the amount in the currency's minor unit."""

    model_config = ConfigDict(extra="forbid")

    order: Annotated[str, Field(min_length=1, max_length=32)]
    status: Literal["paid"]
    amount_minor: Annotated[int, Field(ge=0)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    reference: Annotated[str, Field(max_length=200)] = ""


class BadSignatureError(InvalidInputError):
    """Nobody who knows the secret wrote this, or it was a while ago."""

    code: ClassVar[str] = "bad_signature"

    def __init__(self, why: str) -> None:
        super().__init__(f"The signature is not right: {why}.", hint="docs/shop.md shows how it is made.")


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for: base64 behind `whsec_`, any other as it is; raises `SettingsError`."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else b""
    except binascii.Error:
        key = b""
    key = key or (b"" if secret.startswith(_PREFIX) else secret.encode())
    if len(key) < _SHORTEST:
        raise SettingsError(
            f"LANEWAY_PAYMENTS_SECRET stands for {len(key)} bytes and needs {_SHORTEST}.",
            hint="Copy it whole from the provider, `whsec_` included, or make one: `openssl rand -hex 24`.",
        )
    return key


def verify(headers: Mapping[str, str], body: bytes, key: bytes, now: datetime) -> None:
    """Raise `BadSignatureError` unless the headers sign this body with the key, lately."""
    name, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not (sent.isascii() and sent.isdigit()):
        raise BadSignatureError("webhook-id or webhook-timestamp is missing")
    if len(sent) > _DIGITS or abs(now.timestamp() - int(sent)) > _AGE_S:
        raise BadSignatureError(f"its time is more than {_AGE_S} s from ours")
    right = f"v1,{signature(name, sent, body, key)}".encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(one.encode("utf-8", "replace"), right) for one in given):
        raise BadSignatureError("it doesn't fit the body")


def signature(name: str, sent: str, body: bytes, key: bytes) -> str:
    """Return the signature of a body in base64, for the `webhook-id` and `webhook-timestamp` it is sent with."""
    signed = b".".join((name.encode("utf-8", "replace"), sent.encode(), body))
    return base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
