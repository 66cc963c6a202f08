"""The shop: products with their stock, customers, orders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("payments", "order_events", "order_lines", "orders", "order_numbers", "customers", "products")


def upgrade() -> None:
    """Make the tables."""
    _products_and_customers()
    _orders()
    _of_each_order()


def downgrade() -> None:
    """Drop them, with every order in them."""
    for table in TABLES:
        op.drop_table(table)


def _text(name: str, length: int = 255) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False)


def _key(name: str, length: int = 64) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), primary_key=True)


def _minor(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False)


def _place() -> "sa.Column[int]":
    return sa.Column("place", sa.Integer, primary_key=True)


def _products_and_customers() -> None:
    op.create_table(
        "products",
        *(_key("tenant"), _key("sku", 32), _text("name"), _minor("price_minor"), _text("currency", 3)),
        sa.Column("stock", sa.Integer, nullable=False, comment="the catalogue's at first, the database's from then on"),
        sa.Column("on_sale", sa.Boolean, nullable=False, comment="false once it is gone from the catalogue"),
    )
    op.create_table(
        "customers",
        *(_key("tenant"), _key("id"), _text("name"), _text("email"), _text("phone", 32)),
        sa.Column("contact", sa.String(64), comment="who the channel says it is"),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        *(_key("tenant"), _key("number", 32)),
        sa.Column("key", sa.String(128), nullable=False, comment="the same key is the same order"),
        *(_text("session", 64), _text("customer", 64)),
        sa.Column("contact", sa.String(64)),
        _text("name"),
        sa.Column("email", sa.String(255), nullable=False, comment="in small letters"),
        _text("phone", 32),
        sa.Column("phone_end", sa.String(9), nullable=False, comment="the digits that tell it apart"),
        *(_text("locale", 35), _text("status", 16), _text("method", 16), _text("zone", 64)),
        sa.Column("street", sa.String(255)),
        sa.Column("postcode", sa.String(16)),
        sa.Column("city", sa.String(255)),
        *(_minor("items_minor"), _minor("delivery_minor"), _minor("total_minor"), _text("currency", 3)),
        _minor("placed"),
        sa.UniqueConstraint("tenant", "key", name="orders_by_key"),
    )
    for name, column in {"session": "session", "contact": "contact", "email": "email", "phone": "phone_end"}.items():
        op.create_index(f"orders_by_{name}", "orders", ["tenant", column])


def _of_each_order() -> None:
    op.create_table(
        "order_lines",
        *(_key("tenant"), _key("number", 32), _place(), _text("sku", 32), _text("name")),
        *(_number("quantity"), _minor("price_minor")),
    )
    op.create_table(
        "order_events",
        *(_key("tenant"), _key("number", 32), _place(), _text("status", 16), _minor("at"), _text("note")),
    )
    op.create_table(
        "payments",
        *(_key("tenant"), _key("number", 32), _text("way", 64), _text("status", 16), _minor("amount_minor")),
        _text("currency", 3),
        sa.Column("reference", sa.String(255), nullable=False, comment="the provider's name of it"),
        _text("url", 2048),
    )
    op.create_table("order_numbers", _key("tenant"), _text("prefix", 16), _number("last"))
