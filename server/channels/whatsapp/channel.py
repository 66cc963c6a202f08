"""A WhatsApp number, connected: its webhook, and what delivers its answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from server.channels.whatsapp.cloud import open_cloud
from server.channels.whatsapp.intake import Intake
from server.channels.whatsapp.limits import PAIR, number_rate
from server.channels.whatsapp.routes import whatsapp_routes
from server.channels.whatsapp.sender import WhatsAppSender
from server.deliverer import Deliverer, DeliveryLimits
from server.service import Service
from server.settings import Settings, WhatsAppAccount
from server.stores import Stores
from server.telemetry.metrics import Metrics
from state.stores.send_rates import RedisSendRates

DRAIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """One connected number."""

    account: WhatsAppAccount
    deliverer: Deliverer
    stores: Stores

    def routes(self, service: Service) -> APIRouter:
        """Return the webhook's routes."""
        intake = Intake(service, self.stores.contacts, self.deliverer)
        return whatsapp_routes(intake, verify_token=self.account.verify_token, secrets=self.account.secrets)


@asynccontextmanager
async def open_whatsapp(
    account: WhatsAppAccount, settings: Settings, stores: Stores, metrics: Metrics, *, menu: str, work: bool
) -> AsyncIterator[WhatsApp]:
    """Connect a number; its answers are delivered here unless others `work`. `menu` opens a list of choices.

    Raises:
        SettingsError: the address, the version or the token can't be used.
    """
    rates = RedisSendRates(stores.client, number=number_rate(settings.whatsapp_rate), pair=PAIR)
    limits = DeliveryLimits(
        concurrency=settings.concurrency,
        reconcile_ms=int(settings.whatsapp_reconcile_s * 1000),
        renew_every_s=settings.lease_ms / 3000,
        sweep_every_s=settings.recovery_s / 10,
    )
    async with open_cloud(
        base_url=settings.whatsapp_graph_url, version=settings.whatsapp_version, token=account.token
    ) as cloud:
        sender = WhatsAppSender(cloud, stores.contacts, rates, number_id=account.number_id, menu=menu)
        deliverer = Deliverer(
            stores.outbox, stores.sends, stores.events, {"whatsapp": sender}, metrics=metrics, limits=limits
        )
        if work:
            await stores.sends.open()
            deliverer.start()
        try:
            yield WhatsApp(account, deliverer, stores)
        finally:
            if work:
                await deliverer.stop(DRAIN_S)
