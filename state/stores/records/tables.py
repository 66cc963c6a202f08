"""The tables. Tenant in every key; times are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

_ID: Final = String(64)

TURNS: Final = Table(
    "turns",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("session", _ID, primary_key=True),
    Column("turn", _ID, primary_key=True),
    Column("number", Integer, nullable=False, comment="place among the session's finished turns, from 1"),
    Column("message", String(255), nullable=False, comment="the channel's id of the customer's message"),
    Column("channel", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("lane", String(64)),
    Column("intent", String(128)),
    Column("at", BigInteger, nullable=False, comment="when the message was accepted"),
    Column("ended", BigInteger, nullable=False),
    Column("text", Text, nullable=False, comment="the customer's words on one line"),
    Column("reply", Text, nullable=False),
    Column("parts", Text, nullable=False, comment="what the customer sent, as JSON"),
    Index("turns_by_number", "tenant", "session", "number"),
    Index("turns_by_end", "ended"),
)
"""Finished turns of every session."""
