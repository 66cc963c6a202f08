"""What a shop's people work on: tickets, returns, handoffs."""
