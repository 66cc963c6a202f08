"""What a conversation and a plan are: typed state, turns, events, decisions, ids, errors."""
