"""Give the graph's nodes the records of tickets, returns and handoffs."""

from dataclasses import replace

from nodes.lanes.desk.ownership import CaseOwner
from nodes.ownership import Owner
from nodes.ports import Ports
from server.stores import Stores


def with_records(ports: Ports, stores: Stores) -> Ports:
    """Return ports with the cases, and with whose they are."""
    owners: dict[str, Owner] = {
        "ticket": CaseOwner(stores.cases, "ticket"),
        "return": CaseOwner(stores.cases, "return"),
    }
    return replace(ports, cases=stores.cases, owners={**owners, **ports.owners})
