"""The catalogue's products on SQL: put there from the shop's files, their stock kept from then on."""

from collections.abc import Sequence

from sqlalchemy import not_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from state.ids import TenantId
from state.shop import OnSale
from state.stores.records.database import records_errors
from state.stores.records.order_rows import text_of
from state.stores.records.shop_tables import PRODUCTS


class SqlStock:
    """What is sold, and how many there are."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    async def synchronise(self, tenant: TenantId, products: Sequence[OnSale]) -> None:
        """Put new products in with their stock, bring names and prices of known ones up to date, and take the rest off.

        The stock of a product that is known stays: it is the database's.
        """
        gone = update(PRODUCTS).where(
            PRODUCTS.c.tenant == tenant, not_(PRODUCTS.c.sku.in_([product.sku for product in products]))
        )
        insert = self._insert(PRODUCTS)
        fresh = {name: insert.excluded[name] for name in ("name", "price_minor", "currency", "on_sale")}
        known = insert.on_conflict_do_update(index_elements=["tenant", "sku"], set_=fresh)
        rows = [
            {
                "tenant": tenant,
                "sku": product.sku,
                "name": text_of(product.name),
                "price_minor": product.price_minor,
                "currency": product.currency,
                "stock": product.stock,
                "on_sale": True,
            }
            for product in products
        ]
        with records_errors():
            async with self._engine.begin() as connection:
                await connection.execute(gone.values(on_sale=False))
                if rows:
                    await connection.execute(known, rows)

    async def set(self, tenant: TenantId, sku: str, stock: int) -> bool:
        """Say how many there are of a product; False when it isn't known."""
        one = update(PRODUCTS).where(PRODUCTS.c.tenant == tenant, PRODUCTS.c.sku == sku)
        with records_errors():
            async with self._engine.begin() as connection:
                return (await connection.execute(one.values(stock=stock))).rowcount > 0
