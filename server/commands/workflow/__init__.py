"""`laneway workflow`: run plans, watch them, and say what becomes of them."""
