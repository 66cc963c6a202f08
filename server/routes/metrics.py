"""`/metrics`: counters and queue depths for Prometheus."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from fastapi import APIRouter, Response

from server.telemetry.metrics import DepthReader
from server.telemetry.prometheus import CONTENT_TYPE, PrometheusMetrics
from state.errors import LanewayError
from state.mailbox import Depths

log = structlog.get_logger()

READ_WITHIN_S: Final = 2.0


def metrics_routes(
    metrics: PrometheusMetrics,
    *,
    sse_clients: Callable[[], int],
    depths: DepthReader | None = None,
    read_within_s: float = READ_WITHIN_S,
) -> APIRouter:
    """Return the route; the depths are read when it is asked, and a store that is silent fails nothing else."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def scrape() -> Response:
        """Answer in Prometheus's text format."""
        now = await _read(depths, read_within_s) if depths else None
        page = metrics.page(sse_clients=sse_clients(), depths=now, store_up=None if depths is None else now is not None)
        return Response(page, media_type=CONTENT_TYPE)

    return router


async def _read(depths: DepthReader, within_s: float) -> Depths | None:
    try:
        async with asyncio.timeout(within_s):
            return await depths.depths()
    except (LanewayError, TimeoutError) as error:
        log.warning("metrics.depths_unread", reason=type(error).__name__)
        return None
