"""WhatsApp, connected: the webhooks of its apps, and what delivers their answers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.cloud import open_cloud
from server.channels.whatsapp.intake import Intake
from server.channels.whatsapp.limits import PAIR, number_rate
from server.channels.whatsapp.media import WhatsAppMedia
from server.channels.whatsapp.presence import Signs, WhatsAppPresence
from server.channels.whatsapp.routes import whatsapp_routes
from server.channels.whatsapp.sender import Line, WhatsAppSender
from server.deliverer import Deliverer, DeliveryLimits
from server.service import Service
from server.settings import Settings
from server.stores import Stores, while_restarting
from server.telemetry.metrics import Metrics
from state.stores.media import RedisMediaErrors
from state.stores.send_rates import RedisSendRates

DRAIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """Every connected app."""

    apps: Sequence[WhatsAppApp]
    deliverer: Deliverer
    stores: Stores
    presence: WhatsAppPresence
    media: WhatsAppMedia

    def routes(self, service: Service) -> APIRouter:
        """Return the webhooks' routes."""
        router = APIRouter(tags=["whatsapp"], include_in_schema=False)
        for app in self.apps:
            intake = Intake(app, service, self.stores.contacts, self.deliverer, self.stores.unread)
            router.include_router(whatsapp_routes(app, intake))
        return router


@asynccontextmanager
async def open_whatsapp(
    apps: Sequence[WhatsAppApp], settings: Settings, stores: Stores, metrics: Metrics, *, menu: str, work: bool
) -> AsyncIterator[WhatsApp]:
    """Connect apps; their answers are delivered here unless others `work`. `menu` opens a list of choices.

    Raises:
        SettingsError: the address, the version or a token can't be used.
    """
    limits = DeliveryLimits(
        concurrency=settings.concurrency,
        reconcile_ms=int(settings.whatsapp_reconcile_s * 1000),
        renew_every_s=settings.lease_ms / 3000,
        sweep_every_s=settings.recovery_s / 10,
    )
    async with AsyncExitStack() as stack:
        lines, signs, files = {}, {}, {}
        for app in apps:
            opening = open_cloud(
                base_url=settings.whatsapp_graph_url, version=settings.whatsapp_version, token=app.token
            )
            cloud = await stack.enter_async_context(opening)
            rates = RedisSendRates(stores.client, number=number_rate(app.rate), pair=PAIR)
            lines[app.name] = Line(cloud, rates, app.template)
            signs[app.name], files[app.name] = Signs(cloud, rates), cloud
        sender = WhatsAppSender(lines, stores.contacts, metrics, menu=menu)
        presence = WhatsAppPresence(signs, stores.contacts, metrics)
        stack.push_async_callback(presence.stop)
        media = WhatsAppMedia(files, RedisMediaErrors(stores.client))
        deliverer = Deliverer(stores.outbox, stores.sends, {"whatsapp": sender}, metrics=metrics, limits=limits)
        if work:
            await while_restarting(stores, stores.sends.open)
            deliverer.start()
            stack.push_async_callback(deliverer.stop, DRAIN_S)
        yield WhatsApp(apps, deliverer, stores, presence, media)
