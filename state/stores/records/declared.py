"""All tables of the records, declared."""

from state.stores.records.desk_tables import CASES
from state.stores.records.shop_tables import ORDERS, PRODUCTS
from state.stores.records.tables import METADATA

__all__ = ["CASES", "METADATA", "ORDERS", "PRODUCTS"]
