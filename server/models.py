"""Build what asks language models from the settings; nothing is loaded of a provider that isn't named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Final, Protocol

from pydantic import SecretStr

from nodes.caps import AgentCaps
from nodes.models.asking import Decider
from nodes.models.call import CallLimits
from nodes.models.calls import Guards
from nodes.models.chat import LanewayChat
from nodes.models.deciding import ModelDecider
from nodes.models.pieces import Model
from nodes.models.ports import Breakers, CallMetrics, Spending
from nodes.models.prices import Prices
from nodes.models.writing import ModelWriter
from server.model_names import ModelName
from server.settings import Settings
from server.stores import Stores
from server.telemetry.models import MemoryCallMetrics
from state.errors import SettingsError
from state.spending import Caps
from state.stores.breakers import RedisBreakers
from state.stores.memory import MemoryBreakers, MemorySpending
from state.stores.spending import RedisSpending

_CONNECTORS: Final = {
    "anthropic": "nodes.models.anthropic.connection:connect",
    "openai": "nodes.models.openai.connection:connect",
}
_NO_KEY: Final = SecretStr("none")
"""What an endpoint of one's own is sent when no key is set."""


class Connection(Protocol):
    """A provider's client, made once and reused."""

    def model(self, name: str) -> Model:
        """Return one of its models."""
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """What asks models, each None where no model is named."""

    decider: Decider | None = None
    chat: LanewayChat | None = None
    connections: Sequence[Connection] = ()

    async def close(self) -> None:
        """Let go of the connections."""
        for connection in self.connections:
            await connection.close()


def build_models(settings: Settings, guards: Guards) -> Models:
    """Return what asks the models that the settings name; close it at the end.

    Raises:
        SettingsError: a model is named without its key, or the price table is wrong.
    """
    deciders, writers = settings.router_models, settings.agent_models
    if not deciders and not writers:
        return Models()
    providers = dict.fromkeys(one.provider for one in (*deciders, *writers))
    connections = {provider: _connect(settings, provider) for provider in providers}

    def named(names: Sequence[ModelName]) -> list[Model]:
        return [connections[one.provider].model(one.name) for one in names]

    chat = None
    if writers:
        writer = ModelWriter(named(writers), guards)
        chat = LanewayChat(writer=writer, max_tokens=settings.model_answer_tokens, cache=False)
    decider = ModelDecider(named(deciders), guards) if deciders else None
    return Models(decider, chat, list(connections.values()))


def agent_caps(settings: Settings) -> AgentCaps:
    """Return what a turn's agent may use up."""
    return AgentCaps(
        rounds=settings.agent_rounds,
        calls=settings.agent_calls,
        tokens=settings.model_turn_tokens,
        seconds=settings.agent_seconds,
        cost_usd=settings.model_turn_usd,
    )


def shared_guards(settings: Settings, stores: Stores, metrics: CallMetrics) -> Guards:
    """Return what stands between callers and providers, the same for every process on the store."""
    return _guards(settings, RedisBreakers(stores.client), RedisSpending(stores.client), metrics)


def own_guards(settings: Settings) -> Guards:
    """Return what stands between this process and providers, where there is no store: in evaluations."""
    return _guards(settings, MemoryBreakers(), MemorySpending(), MemoryCallMetrics())


def _guards(settings: Settings, breakers: Breakers, spending: Spending, metrics: CallMetrics) -> Guards:
    return Guards(
        breakers=breakers,
        spending=spending,
        metrics=metrics,
        prices=Prices.bundled(settings.model_prices),
        limits=CallLimits(
            decide_s=settings.model_decide_s,
            answer_s=settings.model_answer_s,
            idle_s=settings.model_idle_s,
            caps=Caps(
                turn_tokens=settings.model_turn_tokens,
                turn_usd=settings.model_turn_usd,
                day_tokens=settings.model_day_tokens,
                day_usd=settings.model_day_usd,
            ),
        ),
    )


def _connect(settings: Settings, provider: str) -> Connection:
    key = {"anthropic": settings.anthropic_api_key, "openai": settings.openai_api_key}[provider]
    url = {"anthropic": settings.anthropic_base_url, "openai": settings.openai_base_url}[provider]
    if key is None and url is None:
        raise SettingsError(
            f"A model of {provider} is named, and LANEWAY_{provider.upper()}_API_KEY is not set.",
            hint="Set it, or take the model out of LANEWAY_ROUTER_MODEL and LANEWAY_AGENT_MODEL.",
        )
    connect: Callable[[str, str | None, float], Connection] = resolve_name(_CONNECTORS[provider])
    return connect((key or _NO_KEY).get_secret_value(), url, settings.model_idle_s)
