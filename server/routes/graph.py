"""`/v1/graph`: the graph's shape, for whoever draws it."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from graphs.conversation import build_conversation
from graphs.topology import topology_of


def graph_routes() -> APIRouter:
    """Return the route; the shape is read once."""
    router = APIRouter(prefix="/v1/graph", tags=["graph"])
    shape = asdict(topology_of(build_conversation()))

    @router.get("")
    async def graph() -> dict[str, Any]:
        """Return nodes, edges and the hash that names this shape."""
        return shape

    return router
