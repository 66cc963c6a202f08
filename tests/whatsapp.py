"""Webhook documents as WhatsApp's Cloud API sends them, made up."""

from typing import Any

OUR_NUMBER = "34910000000"
PHONE = "34600111222"
USER = "ES.13491208655302741918"

Json = dict[str, Any]


def message(kind: str | None = "text", **fields: Any) -> Json:
    """Return a message of a customer; without other fields it says hola."""
    made: Json = {"from": PHONE, "id": "wamid.A", "timestamp": "1750091045"}
    if kind is not None:
        made["type"] = kind
    return made | (fields or {"text": {"body": "hola"}})


def contact(**fields: Any) -> Json:
    """Return the contact of that customer."""
    return {"profile": {"name": "Ana"}, "wa_id": PHONE, "user_id": USER} | fields


def value(**fields: Any) -> Json:
    """Return the value of a change, of our number."""
    metadata = {"display_phone_number": OUR_NUMBER, "phone_number_id": "1065"}
    return {"messaging_product": "whatsapp", "metadata": metadata} | fields


def change(field: str = "messages", **fields: Any) -> Json:
    """Return a change; `fields` are its value's."""
    return {"field": field, "value": value(**fields)}


def document(*changes: Any) -> Json:
    """Return a document of one entry."""
    return {"object": "whatsapp_business_account", "entry": [{"id": "4195", "changes": list(changes)}]}


def messages(*made: Any, **fields: Any) -> Json:
    """Return a document that delivers messages."""
    return document(change(messages=list(made), **fields))


def status(name: str = "delivered", **fields: Any) -> Json:
    """Return what became of a message of ours."""
    return {"id": "wamid.OURS", "status": name, "timestamp": "1750091046", "recipient_id": PHONE} | fields
