"""The rules of returns: within how many days, in what condition, and who pays for the parcel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from nodes.lanes.matching import fold
from prompts.tenant import Tenant
from state.shop import Order, OrderedProduct

Reason = Literal["damaged", "faulty", "wrong_item", "unwanted"]
Payer = Literal["shop", "customer"]
Verdict = Literal["accepted", "review", "too_early", "too_late"]

_DAY_MS: Final = 86_400_000
_MONTH_DAYS: Final = 30
_AT_HOME: Final = frozenset({"delivered"})

_SAID: Final[tuple[tuple[Reason, re.Pattern[str]], ...]] = (
    (
        "wrong_item",
        re.compile(
            r"\b(otr[oa] (?:cosa|producto|color|modelo|talla)|equivocad[oa]s?|no es lo que (?:pedi|compre|encargue)|"
            r"que no (?:pedi|era)|pedi (?:uno|una|otro|otra)|"
            r"me (?:ha|han|habeis) (?:llegado|mandado|enviado) otr[oa]|"
            r"wrong|not what i (?:ordered|bought)|different (?:item|one|product|colou?r|model)|instead of)\b"
        ),
    ),
    (
        "faulty",
        re.compile(
            r"\b(no (?:funciona|enciende|prende|calienta|cierra|corta|enfria|va)|dej(?:o|ado) de (?:funcionar|ir)|"
            r"(?:esta|viene|vino|llego) sin filo|desafilad[oa]s?|rom[oa]s?|gotea|pierde|falla|averiad[oa]|"
            r"estropead[oa]|defectuos[oa]|defecto|"
            r"doesn ?'?t (?:work|turn on|heat|close|cut)|does not (?:work|cut)|not working|stopped working|"
            r"(?:won|can) ?'?t cut|blunt|(?:not|isn ?'?t|aren ?'?t) sharp|leaks?|leaking|faulty|defective|defect|"
            r"broke down)\b"
        ),
    ),
    (
        "damaged",
        re.compile(
            r"\b(rot[oa]s?|golpead[oa]s?|danad[oa]s?|partid[oa]s?|abollad[oa]s?|rayad[oa]s?|rajad[oa]s?|agrietad[oa]s?|"
            r"anicos|mal estado|broken|damaged|cracked|smashed|shattered|dented|scratched|chipped|in pieces)\b"
        ),
    ),
    (
        "unwanted",
        re.compile(
            r"\b(no (?:me|nos|le) (?:gustan?|convencen?|sirven?|van?|quedan?)|(?:ya )?no l[oa]s? (?:quiero|necesito)|"
            r"arrep\w+|cambi(?:e|ado) de (?:idea|opinion)|(?:demasiado|muy) (?:grande|pequen[oa]|pesad[oa])|"
            r"grande|pequen[oa]|repetid[oa]|regal\w+|ya (?:tengo|tenia)|no era para mi|"
            r"(?:don ?'?t|do not|didn ?'?t) (?:like|want|need|suit|fit)|no longer (?:want|need)|changed? my mind|"
            r"too (?:big|small|heavy|large)|doesn ?'?t (?:suit|fit)|already have|gift|unwanted)\b"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules say of a return.

    `refund_minor` is what the lines cost, and the delivery when the whole order comes back. `days` have gone by since
    it was delivered, None when it was not.
    """

    verdict: Verdict
    payer: Payer
    refund_minor: int
    days: int | None


def reason_in(text: str) -> Reason | None:
    """Return why something comes back, by the customer's words; what arrived wrong or broken comes before taste.

    >>> reason_in("no me gusta el color"), reason_in("it arrived broken"), reason_in("quiero devolverlo")
    ('unwanted', 'damaged', None)
    """
    folded = fold(text).replace("’", "'")
    return next((reason for reason, words in _SAID if words.search(folded)), None)


def terms_of(order: Order, lines: Sequence[OrderedProduct], reason: Reason, now: datetime, tenant: Tenant) -> Terms:
    """Return what the shop's rules say.

    Within `return_days` of the delivery everything may come back; the shop pays for the parcel unless it is a matter of
    taste. After that a person looks at what is broken, as long as its warranty lasts.
    """
    payer: Payer = "customer" if reason == "unwanted" else "shop"
    refund = sum(line.total_minor for line in lines)
    if sum(line.quantity for line in lines) == sum(line.quantity for line in order.draft.lines):
        refund += order.draft.delivery_minor
    delivered = [event.at for event in order.history if event.status in _AT_HOME]
    if not delivered:
        return Terms("too_early", payer, refund, None)
    days = int((now.astimezone(UTC).timestamp() * 1000 - delivered[-1]) // _DAY_MS)
    if days <= tenant.profile.return_days:
        return Terms("accepted", payer, refund, days)
    covered = reason != "unwanted" and days <= _MONTH_DAYS * min(_warranty(tenant, line.sku) for line in lines)
    return Terms("review" if covered else "too_late", payer, refund, days)


def _warranty(tenant: Tenant, sku: str) -> int:
    """Return the months of a product's warranty; 36 of one that is not in the catalogue any more."""
    return next((product.warranty_months for product in tenant.products if product.sku == sku), 36)
