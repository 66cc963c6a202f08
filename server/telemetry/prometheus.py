"""Metrics by prometheus-client, in a registry of their own: two of them in one process share nothing."""

from collections.abc import Iterator
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.telemetry.models import PrometheusCallMetrics
from state.events import TurnStatus
from state.mailbox import Depths

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

_BUCKETS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class PrometheusMetrics:
    """Counts turns and what goes wrong with them; every series is there from the start, at zero.

    Attributes:
        models: counts model calls; a model has its series from its first call on.
    """

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        self.models = PrometheusCallMetrics(own)
        self._turns = Counter("laneway_turns", "Turns that ended, by how.", ["status"], registry=own)
        for status in get_args(TurnStatus):
            self._turns.labels(status)
        self._seconds = Histogram(
            "laneway_turn_seconds",
            "Seconds from a message's acceptance to the end of its turn.",
            buckets=_BUCKETS_S,
            registry=own,
        )
        self._retries = Counter("laneway_turn_retries", "Attempts at a turn after its first.", registry=own)
        self._fenced = Counter(
            "laneway_fenced_writes", "Writes refused because the worker no longer held the session.", registry=own
        )
        self._dead = Counter("laneway_dead_letters", "Messages and sends that were put aside.", registry=own)
        self._doubts = Counter(
            "laneway_effects_in_doubt",
            "Times that an effect was begun and nobody knew whether it was done.",
            registry=own,
        )
        self._ambiguous = Counter(
            "laneway_outbound_ambiguous", "Sends of which nobody can tell whether they arrived.", registry=own
        )
        self._stopped = Counter(
            "laneway_outbound_stopped",
            "Sends refused for a reason that an operator has to mend: token, registration, payment.",
            registry=own,
        )
        self._presence = Counter(
            "laneway_presence_failures", "Read receipts and typing signs that did not get through.", registry=own
        )

    def turn_ended(self, status: TurnStatus, seconds: float) -> None:
        """Count a committed turn."""
        self._turns.labels(status).inc()
        self._seconds.observe(seconds)

    def turn_retried(self) -> None:
        """Count an attempt at a turn after its first."""
        self._retries.inc()

    def write_fenced(self) -> None:
        """Count a write that was refused."""
        self._fenced.inc()

    def dead_lettered(self) -> None:
        """Count what was put aside."""
        self._dead.inc()

    def effect_in_doubt(self) -> None:
        """Count an effect that may have been done."""
        self._doubts.inc()

    def outbound_ambiguous(self) -> None:
        """Count a send that may have arrived."""
        self._ambiguous.inc()

    def channel_stopped(self) -> None:
        """Count a send that only an operator can make possible."""
        self._stopped.inc()

    def presence_failed(self) -> None:
        """Count a read receipt or typing sign that was lost."""
        self._presence.inc()

    def page(self, *, sse_clients: int, depths: Depths | None, store_up: bool | None = None) -> bytes:
        """Return everything as Prometheus reads it.

        Args:
            sse_clients: event streams that are open now.
            depths: of the queues now; left out when they could not be read, as an old number would mislead.
            store_up: whether they could be read; None when nobody tried.
        """
        now = [GaugeMetricFamily("laneway_sse_clients", "Event streams that are open.", sse_clients)]
        if store_up is not None:
            now.append(GaugeMetricFamily("laneway_store_up", "1 when the store could be read, else 0.", int(store_up)))
        if depths is not None:
            now += _gauges(depths)
        return generate_latest(_Page(self._registry, now))


class _Page(Collector):
    def __init__(self, counted: CollectorRegistry, now: list[GaugeMetricFamily]) -> None:
        self._counted = counted
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        yield from self._now


def _gauges(depths: Depths) -> list[GaugeMetricFamily]:
    return [
        GaugeMetricFamily("laneway_queue_ready", "Sessions with work that no worker holds.", depths.ready),
        GaugeMetricFamily(
            "laneway_queue_waiting", "Sessions with accepted messages whose turn has not ended.", depths.waiting
        ),
        GaugeMetricFamily(
            "laneway_queue_due",
            "Sessions to wake at a later time: a burst that ends, an attempt to repeat.",
            depths.due,
        ),
        GaugeMetricFamily("laneway_queue_dead", "Dead letters that nobody has looked at.", depths.dead),
        GaugeMetricFamily(
            "laneway_effects_unsettled",
            "Sessions with an effect that was begun and has no result yet: under way, or in doubt.",
            depths.unsettled,
        ),
        GaugeMetricFamily(
            "laneway_queue_oldest_seconds",
            "Seconds since the longest waiting session was last heard of.",
            depths.oldest_s,
        ),
    ]
