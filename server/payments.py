"""Payment links, from any provider that a small adapter can speak for: one POST, answered with an id and an address.

The request is `{"order", "amount_minor", "currency", "description", "email", "locale"}` with the headers
`Idempotency-Key` and, where there is a key, `Authorization: Bearer`; the answer `{"id", "url"}` with a status of 2xx.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

import httpcore2  # noqa: F401 # httpx2 imports it when a client is made, and it reads files: not on the event loop
import httpx2
from pydantic import BaseModel, Field, ValidationError

from server.settings import Settings
from state.shop import Order, Payment, PaymentsError

_TIMEOUT: Final = httpx2.Timeout(connect=3, read=10, write=5, pool=3)
_LONGEST: Final = 2048


class _Answer(BaseModel):
    id: str = Field(min_length=1, max_length=255)
    url: str = Field(pattern=r"^https?://", max_length=_LONGEST)


class HttpPayments:
    """One provider; a call is made once, and the same key may be sent again."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def link(self, key: str, order: Order) -> Payment:
        """Return the payment of an order, due at its `url`; raises `PaymentsError`."""
        draft = order.draft
        wanted = {
            "order": order.number,
            "amount_minor": draft.total_minor,
            "currency": draft.currency,
            "description": ", ".join(f"{line.quantity} x {line.name}" for line in draft.lines)[:200],
            "email": draft.buyer.email or None,
            "locale": draft.locale,
        }
        try:
            answer = await self._http.post(self._url, json=wanted, headers={"Idempotency-Key": key})
        except httpx2.HTTPError as error:
            raise PaymentsError(f"no answer ({type(error).__name__})") from error
        if not answer.is_success:
            raise PaymentsError(f"HTTP {answer.status_code}")
        try:
            made = _Answer.model_validate_json(answer.content)
        except ValidationError as error:
            raise PaymentsError("an answer without an id and an address") from error
        return Payment(order.payment.way, "due", draft.total_minor, draft.currency, made.id, made.url)


async def open_payments(settings: Settings, stack: AsyncExitStack) -> HttpPayments | None:
    """Return the provider at `LANEWAY_PAYMENTS_URL`, None where there is none; no proxy of the environment is used."""
    if settings.payments_url is None:
        return None
    key = settings.payments_key
    verify = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
    client = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        verify=verify,
    )
    return HttpPayments(await stack.enter_async_context(client), settings.payments_url)
