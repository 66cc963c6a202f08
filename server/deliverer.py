"""Deliver what is in the outbox: in order for each session, and never twice without knowing it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex

import structlog

from server.clock import now_ms
from server.delivery_ports import ChannelSender, Outbox
from server.ports import Queue
from server.puller import Puller
from server.telemetry.metrics import Metrics
from server.waker import Waker
from state.errors import StoreUnavailableError
from state.events import SendResult, encode
from state.ids import SessionId, TurnId
from state.mailbox import NotYet, Ready
from state.outbox import Delivery, SendStatus
from state.send_errors import SendAmbiguousError, SendLaterError, SendParkedError, SendRefusedError
from state.stores.ending import end
from state.turn import Channel

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """How a deliverer goes about it.

    Attributes:
        concurrency: sessions delivered to at once.
        reconcile_ms: how long a message of which nobody knows whether it was taken waits for the channel's report.
        tries: calls to the channel that may have failed because of the message; after that it has failed for good.
        renew_every_s: how often the hold on a session is renewed during a call; a third of the lease time.
        sweep_every_s: how often messages that others left over are looked for.
    """

    concurrency: int = 64
    reconcile_ms: int = 60_000
    tries: int = 20
    renew_every_s: float = 2.0
    sweep_every_s: float = 1.0


class Deliverer:
    """One per process; any number of processes may share a store."""

    def __init__(
        self,
        outbox: Outbox,
        queue: Queue,
        channels: Mapping[Channel, ChannelSender],
        *,
        metrics: Metrics,
        limits: DeliveryLimits | None = None,
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._channels = channels
        self._metrics = metrics
        self._limits = limits or DeliveryLimits()
        self._puller = Puller(
            queue, self._work, concurrency=self._limits.concurrency, sweep_every_s=self._limits.sweep_every_s
        )
        self._waker = Waker(queue)

    def start(self) -> None:
        """Begin to deliver, what an earlier process left over among it."""
        self._puller.start()

    async def stop(self, within_s: float) -> None:
        """Begin no more calls, and let those that are under way end within `within_s` seconds."""
        await self._waker.stop()
        await self._puller.drain(within_s)
        await self._puller.close()
        await self._queue.close()

    async def report(
        self, session: SessionId, row: str, status: SendStatus, *, ref: str | None = None, code: str | None = None
    ) -> bool:
        """Take in what the channel reports of a message; False when it says nothing new."""
        known = await self._outbox.get(session, row)
        new = known is not None and await self._end(known, "", status, ref=ref, code=code)
        if new:
            await self._queue.wake(session)
        return new

    async def said_in(self, session: SessionId, ref: str) -> TurnId | None:
        """Return the turn that said a message of the last days, by the channel's id of it."""
        return next((one.row.turn for one in await self._outbox.all(session) if one.ref == ref), None)

    async def _work(self, ready: Ready) -> None:
        session, token, entry = ready.session, token_hex(8), ready.entry
        try:
            while not self._puller.stopping:
                claimed = await self._outbox.claim(session, token, entry)
                entry = ""
                if isinstance(claimed, NotYet):
                    self._waker.wake_later(session, claimed.wait_ms)
                if not isinstance(claimed, Delivery):
                    return
                wait_ms = await self._deliver(claimed, token)
                if wait_ms is not None:
                    await self._outbox.release(session, token, after_ms=wait_ms)
                    self._waker.wake_later(session, wait_ms)
                    return
            await self._outbox.release(session, token)
        except StoreUnavailableError as error:
            log.warning("deliverer.store_unavailable", session=session, reason=error.message)

    async def _deliver(self, delivery: Delivery, token: str) -> int | None:
        """Try one message; return the milliseconds to wait before the session's next try, None to go on at once."""
        left = self._limits.reconcile_ms - delivery.age_ms
        if delivery.status in {"sending", "ambiguous"} and left > 0:
            if delivery.status == "sending":  # whoever sent it is gone
                return left if await self._doubt(delivery, token, "deliverer_gone") else None
            return left
        wait_s = await self._channels[delivery.row.channel].wait_s(delivery)
        if wait_s > 0:
            return max(int(wait_s * 1000), 1)
        if delivery.tries >= self._limits.tries:
            await self._end(delivery, token, "failed", code="too_many_tries")
        elif await self._outbox.mark(delivery.row.session, delivery.row.id, "sending", token=token):
            return await self._send(delivery, token)
        return None

    async def _send(self, delivery: Delivery, token: str) -> int | None:
        try:
            async with self._held(delivery.row.session, token):
                ref = await self._channels[delivery.row.channel].send(delivery)
        except SendRefusedError as error:
            await self._end(delivery, token, "failed", code=error.reason)
        except SendParkedError as error:
            await self._end(delivery, token, "parked", code=error.reason)
        except SendLaterError as error:
            row, counts = delivery.row, error.blames_message
            later = {"session": row.session, "row": row.id, "code": error.reason, "again_s": error.after_s}
            log.warning("send.later", channel=row.channel, tries=delivery.tries + 1, **later)
            await self._outbox.mark(row.session, row.id, "queued", token=token, code=error.reason, counted=counts)
            return int(error.after_s * 1000)
        except SendAmbiguousError as error:
            return self._limits.reconcile_ms if await self._doubt(delivery, token, error.reason) else None
        else:
            await self._end(delivery, "", "sent", ref=ref)
        return None

    @asynccontextmanager
    async def _held(self, session: SessionId, token: str) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self._limits.renew_every_s)
                with suppress(StoreUnavailableError):
                    await self._outbox.renew(session, token)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            await end(renewing)

    async def _doubt(self, delivery: Delivery, token: str, code: str) -> bool:
        """Note that nobody knows; False when a report was quicker, so that it is known after all."""
        doubted = await self._end(delivery, token, "ambiguous", code=code)
        if doubted:
            self._metrics.outbound_ambiguous()
        return doubted

    async def _end(
        self, delivery: Delivery, token: str, status: SendStatus, *, ref: str | None = None, code: str | None = None
    ) -> bool:
        row = delivery.row
        event = encode(row.session, row.turn, now_ms(), SendResult(row.ordinal, status, ref, code))
        new = await self._outbox.mark(row.session, row.id, status, token=token, ref=ref, code=code, event=event)
        if new:
            facts = {"turn": row.turn, "ordinal": row.ordinal, "status": status, "code": code}
            log.info("message.delivery", session=row.session, **facts)
        return new
