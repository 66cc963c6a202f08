"""The shop's tables: products with their stock, customers, orders. Money is whole minor units."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from state.stores.records.tables import METADATA

_ID: Final = String(64)
_SKU: Final = String(32)
_NUMBER: Final = String(32)
_WORDS: Final = String(255)

PRODUCTS: Final = Table(
    "products",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("sku", _SKU, primary_key=True),
    Column("name", _WORDS, nullable=False, comment="in the shop's first language"),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("stock", Integer, nullable=False, comment="the catalogue's at first, the database's from then on"),
    Column("on_sale", Boolean, nullable=False, comment="false once it is gone from the catalogue"),
)
"""What the shop sells, and how many there are."""

CUSTOMERS: Final = Table(
    "customers",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("name", _WORDS, nullable=False),
    Column("email", _WORDS, nullable=False),
    Column("phone", String(32), nullable=False),
    Column("contact", _ID, comment="who the channel says it is"),
)
"""Who bought."""

ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", _NUMBER, primary_key=True),
    Column("key", String(128), nullable=False, comment="the same key is the same order"),
    Column("session", _ID, nullable=False),
    Column("customer", _ID, nullable=False),
    Column("contact", _ID),
    Column("name", _WORDS, nullable=False),
    Column("email", _WORDS, nullable=False, comment="in small letters"),
    Column("phone", String(32), nullable=False),
    Column("phone_end", String(9), nullable=False, comment="the digits that tell it apart"),
    Column("locale", String(35), nullable=False),
    Column("status", String(16), nullable=False),
    Column("method", String(16), nullable=False),
    Column("zone", _ID, nullable=False),
    Column("street", _WORDS),
    Column("postcode", String(16)),
    Column("city", _WORDS),
    Column("items_minor", BigInteger, nullable=False),
    Column("delivery_minor", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("placed", BigInteger, nullable=False),
    UniqueConstraint("tenant", "key", name="orders_by_key"),
    Index("orders_by_session", "tenant", "session"),
    Index("orders_by_contact", "tenant", "contact"),
    Index("orders_by_email", "tenant", "email"),
    Index("orders_by_phone", "tenant", "phone_end"),
)
"""Orders; how to reach the customer is as it was when they bought."""

ORDER_LINES: Final = Table(
    "order_lines",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", _NUMBER, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("sku", _SKU, nullable=False),
    Column("name", _WORDS, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
)
"""What was bought, at what price."""

ORDER_EVENTS: Final = Table(
    "order_events",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", _NUMBER, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", _WORDS, nullable=False),
)
"""What became of each order, in order."""

PAYMENTS: Final = Table(
    "payments",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", _NUMBER, primary_key=True),
    Column("way", _ID, nullable=False),
    Column("status", String(16), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reference", _WORDS, nullable=False, comment="the provider's name of it"),
    Column("url", String(2048), nullable=False),
)
"""How each order is paid."""

ORDER_GUESSES: Final = Table(
    "order_guesses",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", _NUMBER, primary_key=True, comment="as it was named; there may be no such order"),
    Column("detail", _ID, primary_key=True, comment="a digest of what was given"),
    Column("at", BigInteger, nullable=False),
    Index("order_guesses_by_time", "at"),
)
"""Wrong e-mail addresses and phone numbers that were given for an order, for a day."""

ORDER_NUMBERS: Final = Table(
    "order_numbers",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("prefix", String(16), nullable=False),
    Column("last", Integer, nullable=False),
)
"""The last number given to an order of each tenant; whoever places one holds its row."""
