"""Lane agents: what answers a turn once it is routed."""
