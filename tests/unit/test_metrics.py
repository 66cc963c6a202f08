import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from server.routes.metrics import metrics_routes
from server.telemetry.metrics import DepthReader, MemoryDepths, MemoryMetrics, Metrics
from server.telemetry.prometheus import PrometheusMetrics
from state.errors import StoreUnavailableError
from state.mailbox import Depths
from tests.waiting import SOON_S

Samples = dict[tuple[str, ...], float]


class Down:
    async def depths(self) -> Depths:
        raise StoreUnavailableError("it is gone")


class Silent:
    async def depths(self) -> Depths:
        await asyncio.sleep(3600)
        return Depths()


@pytest.fixture
def metrics() -> PrometheusMetrics:
    return PrometheusMetrics()


def samples(page: bytes) -> Samples:
    families = text_string_to_metric_families(page.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def happen(metrics: Metrics) -> None:
    metrics.turn_ended("completed", 0.2)
    metrics.turn_ended("failed", 70.0)
    metrics.turn_retried()
    metrics.write_fenced()
    metrics.dead_lettered()
    metrics.outbound_ambiguous()
    metrics.presence_failed()


async def scraped(
    metrics: PrometheusMetrics, depths: DepthReader | None = None, read_within_s: float = SOON_S
) -> Samples:
    app = FastAPI()
    app.include_router(metrics_routes(metrics, sse_clients=lambda: 3, depths=depths, read_within_s=read_within_s))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples(answer.content)


async def test_every_series_is_there_before_anything_happened(metrics: PrometheusMetrics) -> None:
    found = await scraped(metrics)

    for status in ("completed", "failed", "dead_lettered"):
        assert found["laneway_turns_total", status] == 0
    for name in ("turn_retries", "fenced_writes", "dead_letters", "outbound_ambiguous", "presence_failures"):
        assert found[f"laneway_{name}_total",] == 0
    assert found["laneway_turn_seconds_count",] == 0


async def test_what_happens_is_counted(metrics: PrometheusMetrics) -> None:
    happen(metrics)

    found = await scraped(metrics)

    assert found["laneway_turns_total", "completed"] == found["laneway_turns_total", "failed"] == 1
    assert found["laneway_turn_seconds_bucket", "0.25"] == 1
    assert found["laneway_turn_seconds_sum",] == pytest.approx(70.2)
    for name in ("turn_retries", "fenced_writes", "dead_letters", "outbound_ambiguous", "presence_failures"):
        assert found[f"laneway_{name}_total",] == 1


async def test_the_depths_are_read_when_they_are_asked_for(metrics: PrometheusMetrics) -> None:
    depths = MemoryDepths()
    before = await scraped(metrics, depths)
    depths.now = Depths(ready=1, waiting=2, due=3, dead=4, oldest_s=5.5)

    after = await scraped(metrics, depths)

    assert before["laneway_queue_waiting",] == 0
    assert [after[f"laneway_queue_{name}",] for name in ("ready", "waiting", "due", "dead")] == [1, 2, 3, 4]
    assert after["laneway_queue_oldest_seconds",] == 5.5
    assert after["laneway_store_up",] == 1


@pytest.mark.parametrize("reader", [Down(), Silent()], ids=["down", "silent"])
async def test_a_store_that_can_not_be_read_takes_only_the_depths_away(
    metrics: PrometheusMetrics, reader: DepthReader
) -> None:
    metrics.turn_ended("completed", 0.1)

    found = await scraped(metrics, reader, read_within_s=0.05)

    assert found["laneway_store_up",] == 0
    assert found["laneway_turns_total", "completed"] == 1
    assert not [name for name, *_ in found if name.startswith("laneway_queue_")]


async def test_without_a_reader_nothing_is_said_of_the_store(metrics: PrometheusMetrics) -> None:
    found = await scraped(metrics)

    assert ("laneway_store_up",) not in found


async def test_open_streams_are_counted_now(metrics: PrometheusMetrics) -> None:
    assert (await scraped(metrics))["laneway_sse_clients",] == 3


async def test_two_in_one_process_share_nothing(metrics: PrometheusMetrics) -> None:
    PrometheusMetrics().turn_ended("completed", 1.0)

    assert (await scraped(metrics))["laneway_turns_total", "completed"] == 0
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("laneway")]


async def test_a_status_is_the_only_label_besides_a_buckets(metrics: PrometheusMetrics) -> None:
    metrics.turn_ended("completed", 1.0)
    page = metrics.page(sse_clients=0, depths=Depths(), store_up=True).decode()

    labels = {name for family in text_string_to_metric_families(page) for one in family.samples for name in one.labels}

    assert labels == {"status", "le"}


def test_the_twin_in_memory_counts_the_same() -> None:
    twin = MemoryMetrics()

    happen(twin)

    assert twin.counted == {
        "completed": 1,
        "failed": 1,
        "retried": 1,
        "fenced": 1,
        "dead_letters": 1,
        "ambiguous": 1,
        "presence": 1,
    }
    assert twin.seconds == [0.2, 70.0]
