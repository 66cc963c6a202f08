"""Wrong details that were given for orders, counted within a transaction. Only digests of them are kept."""

from collections.abc import Callable, Collection
from hashlib import blake2s
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from state.ids import TenantId
from state.shop import GUESSES_KEPT_MS
from state.stores.records.shop_tables import ORDER_GUESSES

_LONGEST = 32


async def count_guesses(
    connection: AsyncConnection,
    upsert: Callable[..., Any],
    tenant: TenantId,
    number: str,
    wrong: Collection[str],
    *,
    at: int,
) -> int:
    """Note wrong details, forget those of before yesterday, and return how many of the number are left.

    `upsert` is the dialect's `insert`.
    """
    table, number, since = ORDER_GUESSES, number[:_LONGEST], at - GUESSES_KEPT_MS
    if wrong:
        await connection.execute(delete(table).where(table.c.at < since))
    for one in sorted({_digest(number, detail) for detail in wrong}):
        row = upsert(table).values(tenant=tenant, number=number, detail=one, at=at)
        await connection.execute(row.on_conflict_do_nothing())
    mine = (table.c.tenant == tenant, table.c.number == number, table.c.at >= since)
    return (await connection.execute(select(func.count()).select_from(table).where(*mine))).scalar_one()


def _digest(number: str, detail: str) -> str:
    return blake2s(f"{number}\0{detail}".encode("utf-8", "replace"), digest_size=16).hexdigest()
