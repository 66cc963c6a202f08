"""Whose tickets and returns are, for the policy of tools."""

from nodes.cases import Cases
from nodes.ownership import Customer
from state.desk import CaseKind, Origin


class CaseOwner:
    """Knows whose the cases of one kind are: the same conversation's, or the same known contact's."""

    def __init__(self, cases: Cases, kind: CaseKind) -> None:
        self._cases = cases
        self._kind = kind

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the case `ref` is this customer's; False as well where there is no such case."""
        case = await self._cases.get(customer.tenant, ref)
        who = Origin(customer.tenant, customer.session, customer.channel, "", customer.contact)
        return case is not None and case.kind == self._kind and who.owns(case)
