"""Messages that are the names of products and nothing else: "2 sartenes de 28 y una tetera azul", "tetra azul"."""

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import words
from nodes.lanes.shopping import reading
from nodes.routers.evidence import Evidence
from prompts.tenant import Tenant
from state.decision import Stage


def shopping_list(evidence: Evidence) -> Stage | None:
    """Return that something is bought, where every part names a product and one says how many."""
    text = evidence.turn.text
    parts = [part for part in reading.wanted(text) if part.text]
    if evidence.tenant.shop is None or reading.asks(text) or "?" in text or not parts:
        return None
    if not any(part.quantity for part in parts) or not all(_is_product(evidence.tenant, part.text) for part in parts):
        return None
    intent = evidence.tenant.doing("buy")
    reason = "every part of the message names a product, and how many"
    return Stage("rules", True, reason, "commerce", intent.name if intent else None, 0.95)


def names_a_product(evidence: Evidence) -> Stage:
    """Return that a product is looked for, where all that the text says is its name.

    Asked when the examples leave it open: a name alone is like none of them.
    """
    if not _is_product(evidence.tenant, evidence.turn.text):
        return Stage("rules", fired=False, reason="it isn't a product's name either")
    intent = evidence.tenant.doing("product_search")
    return Stage("rules", True, "it is a product's name", "commerce", intent.name if intent else None, 0.9)


def _is_product(tenant: Tenant, text: str) -> bool:
    """Tell whether each word of `text` that says something is a word of one product."""
    said = set(words(text))
    named = Knowledge.of(tenant).named(text) if said else []
    return bool(named) and named[0].shared >= said
