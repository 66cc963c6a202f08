"""The tables of tickets, returns and handoffs."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from state.stores.records.tables import METADATA

_ID: Final = String(64)

CASE_NUMBERS: Final = Table(
    "case_numbers",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("last", Integer, nullable=False, comment="how many cases there are of the kind"),
)
"""The series that numbers come from."""

CASES: Final = Table(
    "cases",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", String(16), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("key", String(128), nullable=False, comment="made once for each key"),
    Column("session", _ID, nullable=False),
    Column("contact", _ID),
    Column("channel", String(16), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("subject", Text, nullable=False),
    Column("topic", String(128), nullable=False),
    Column("order", _ID, nullable=False),
    Column("status", String(16), nullable=False),
    Column("operator", String(128)),
    Column("opened", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("heard", BigInteger, nullable=False, comment="when the customer last wrote"),
    Column("answered", BigInteger, nullable=False, comment="when a person last did"),
    Column("revision", Integer, nullable=False),
    Column("facts", Text, nullable=False, comment="what else is known, as a JSON object"),
    UniqueConstraint("tenant", "key", name="cases_once"),
    Index("cases_by_session", "tenant", "session"),
    Index("cases_by_contact", "tenant", "contact"),
    Index("cases_by_status", "tenant", "kind", "status", "due"),
    Index("cases_by_change", "tenant", "kind", "updated"),
)
"""Tickets, returns and handoffs."""

CASE_ENTRIES: Final = Table(
    "case_entries",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("number", String(16), primary_key=True),
    Column("key", String(128), primary_key=True, comment="written once for each key"),
    Column("place", Integer, nullable=False, comment="the case's revision that the entry made"),
    Column("kind", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", String(128), nullable=False),
    Column("text", Text, nullable=False),
)
"""What was said and done about a case."""
