"""Models by the settings: what is named is built, what is missing is said, no key is shown."""

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from nodes.models.asking import Usage
from nodes.models.ports import CallSeen
from server.model_names import ModelName
from server.models import build_models, own_guards
from server.settings import Settings
from server.telemetry.models import PrometheusCallMetrics
from state.errors import SettingsError

KEY = "sk-canary-0123456789"


def load(**given: Any) -> Settings:
    return Settings.load(_env_file=None, **given)


def test_no_model_no_decider() -> None:
    assert build_models(load(), own_guards(load())).decider is None


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"router_model": "openai:gpt-6-luna"}, "LANEWAY_OPENAI_API_KEY"),
        ({"agent_model": "anthropic:claude-haiku-5-5", "openai_api_key": KEY}, "LANEWAY_ANTHROPIC_API_KEY"),
    ],
)
def test_a_model_without_its_key_is_named(given: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        build_models(load(**given), own_guards(load()))


@pytest.mark.parametrize("name", ["gpt-4o", "mistral:x", "openai:", "openai:a,,openai:b", "openai:a openai:b"])
def test_a_model_that_isnt_named_by_its_provider_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="LANEWAY_ROUTER_MODEL"):
        load(router_model=name)


def test_a_list_is_an_order_of_preference() -> None:
    settings = load(router_model="openai:hf.co/a:q4, anthropic:b,openai:hf.co/a:q4")

    assert settings.router_models == [ModelName("openai", "hf.co/a:q4"), ModelName("anthropic", "b")]


def test_no_key_shows_in_what_is_built() -> None:
    named = "openai:a,anthropic:b"
    settings = load(openai_api_key=KEY, anthropic_api_key=KEY, router_model=named, agent_model=named)

    models = build_models(settings, own_guards(settings))

    shown = [repr(settings), str(settings), settings.model_dump_json(), repr(models), repr(models.chat)]
    shown += [repr(vars(models.decider)), repr(models.chat and models.chat.writer), repr(models.connections)]
    asyncio.run(models.close())
    assert not [one for one in shown if KEY in one]


def test_an_endpoint_of_ones_own_needs_no_key() -> None:
    settings = load(openai_base_url="http://127.0.0.1:11434/v1", router_model="openai:smollm2")
    models = build_models(settings, own_guards(settings))

    asyncio.run(models.close())

    assert models.decider is not None
    assert models.chat is None


def test_calls_are_counted_by_model_outcome_and_kind_of_token() -> None:
    registry = CollectorRegistry()
    metrics = PrometheusCallMetrics(registry)

    metrics.model_called(CallSeen("openai:a", "ok", 1.0, 0.4, Usage(100, 7, 20), 0.5))
    metrics.model_called(CallSeen("openai:a", "circuit_open"))
    metrics.model_retried("openai:a")
    metrics.model_fell_back("openai:a")
    metrics.breaker_is("openai:a", is_open=True)

    page = generate_latest(registry).decode()
    for line in (
        'laneway_model_calls_total{model="openai:a",outcome="ok"} 1.0',
        'laneway_model_calls_total{model="openai:a",outcome="circuit_open"} 1.0',
        'laneway_model_tokens_total{kind="input",model="openai:a"} 80.0',
        'laneway_model_tokens_total{kind="cached",model="openai:a"} 20.0',
        'laneway_model_tokens_total{kind="output",model="openai:a"} 7.0',
        'laneway_model_cost_usd_total{model="openai:a"} 0.5',
        'laneway_model_seconds_count{model="openai:a"} 1.0',
        'laneway_model_first_seconds_sum{model="openai:a"} 0.4',
        'laneway_model_retries_total{model="openai:a"} 1.0',
        'laneway_model_fallbacks_total{model="openai:a"} 1.0',
        'laneway_model_breaker_open{model="openai:a"} 1.0',
    ):
        assert line in page
