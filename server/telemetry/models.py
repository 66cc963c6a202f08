"""Counters of model calls, for Prometheus and in memory; a label is a model, an outcome or a kind of token."""

from collections import Counter as Tally
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from nodes.models.ports import CallSeen

_BUCKETS_S: Final = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 40.0, 90.0)


class PrometheusCallMetrics:
    """`nodes.models.ports.CallMetrics` on a registry; a model's series are there from its first call on."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by_model: dict[str, Any] = {"labelnames": ["model"], "registry": registry}
        timed: dict[str, Any] = {"buckets": _BUCKETS_S, **by_model}
        self._calls = Counter(
            "laneway_model_calls",
            "Attempts at model calls, by how they ended.",
            ["model", "outcome"],
            registry=registry,
        )
        self._tokens = Counter(
            "laneway_model_tokens", "Tokens; `input` without `cached`.", ["model", "kind"], registry=registry
        )
        self._seconds = Histogram("laneway_model_seconds", "Seconds of an attempt that was answered.", **timed)
        self._first = Histogram("laneway_model_first_seconds", "Seconds until an answer's first piece.", **timed)
        self._usd = Counter("laneway_model_cost_usd", "Cost by the price table, in US dollars.", **by_model)
        self._retries = Counter("laneway_model_retries", "Attempts after a call's first.", **by_model)
        self._fallbacks = Counter(
            "laneway_model_fallbacks", "Calls that another model was asked after this one failed.", **by_model
        )
        self._open = Gauge(
            "laneway_model_breaker_open", "1 while the model is left alone, as this process last saw it.", **by_model
        )

    def model_called(self, seen: CallSeen) -> None:
        """Count an attempt."""
        self._calls.labels(seen.model, seen.outcome).inc()
        if seen.outcome == "ok":
            self._seconds.labels(seen.model).observe(seen.seconds)
        if seen.first_s is not None:
            self._first.labels(seen.model).observe(seen.first_s)
        if seen.usage:
            self._tokens.labels(seen.model, "input").inc(seen.usage.input_tokens - seen.usage.cached_tokens)
            self._tokens.labels(seen.model, "cached").inc(seen.usage.cached_tokens)
            self._tokens.labels(seen.model, "output").inc(seen.usage.output_tokens)
        if seen.cost_usd is not None:
            self._usd.labels(seen.model).inc(seen.cost_usd)

    def model_retried(self, model: str) -> None:
        """Count an attempt after a call's first at this model."""
        self._retries.labels(model).inc()

    def model_fell_back(self, model: str) -> None:
        """Count a call that another model was asked after `model` had failed."""
        self._fallbacks.labels(model).inc()

    def breaker_is(self, model: str, *, is_open: bool) -> None:
        """Note whether a model's breaker is open."""
        self._open.labels(model).set(int(is_open))


@dataclass(slots=True)
class MemoryCallMetrics:
    """`nodes.models.ports.CallMetrics` for tests and evaluations: what was seen, in order."""

    seen: list[CallSeen] = field(default_factory=list)
    retries: Tally[str] = field(default_factory=Tally)
    fallbacks: Tally[str] = field(default_factory=Tally)
    breakers: dict[str, bool] = field(default_factory=dict)

    def model_called(self, seen: CallSeen) -> None:
        """Keep an attempt."""
        self.seen.append(seen)

    def model_retried(self, model: str) -> None:
        """Count a retry."""
        self.retries[model] += 1

    def model_fell_back(self, model: str) -> None:
        """Count a fallback."""
        self.fallbacks[model] += 1

    def breaker_is(self, model: str, *, is_open: bool) -> None:
        """Keep a breaker's last state."""
        self.breakers[model] = is_open
