"""Whose tickets and returns are, for the policy of tools."""

from nodes.cases import Cases
from nodes.ownership import Customer, Owner
from state.desk import CaseKind, Origin


class CaseOwner:
    """Knows whose the cases of one kind are: the same conversation's, or the same known contact's.

    With `orders` a case of an order is that customer's, too, whose the order is.
    """

    def __init__(self, cases: Cases, kind: CaseKind, orders: Owner | None = None) -> None:
        self._cases = cases
        self._kind = kind
        self._orders = orders

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the case `ref` is this customer's; False as well where there is no such case."""
        case = await self._cases.get(customer.tenant, ref)
        who = Origin(customer.tenant, customer.session, customer.channel, "", customer.contact)
        if case is None or case.kind != self._kind:
            return False
        return who.owns(case) or (self._orders is not None and await self._orders.owns(customer, case.order))
