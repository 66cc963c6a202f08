"""What the support lane does: tickets, returns, orders looked up, and noticing when a person is needed."""
