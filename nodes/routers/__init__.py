"""Routers: the stages that decide the lane and intent of a turn."""
