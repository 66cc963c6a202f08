"""Our client against the simulated Cloud API, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from server.channels.whatsapp import outbound
from server.channels.whatsapp.cloud import CloudClient, open_cloud
from server.channels.whatsapp.limits import number_rate
from server.channels.whatsapp.outbound import Address, Body, Row
from server.channels.whatsapp.refusals import CloudError
from server.channels.whatsapp.shaping import shaped
from server.channels.whatsapp.simulator import Account, Simulator, Step, open_simulator
from server.channels.whatsapp.simulator.account import Clock
from state.conversation import Choice, OutboundMessage
from state.rate import Rate
from state.stores.memory import MemorySendRates
from tests.waiting import SOON_S, until

PHONE = "34600111222"
TO = Address(PHONE, opaque="out_1")
PATIENT, HASTY = httpx2.Timeout(SOON_S), httpx2.Timeout(SOON_S, read=0.3)


class Still(Clock):
    """Time passes only as far as a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = super().now()

    def now(self) -> float:
        return self._begun + self.ahead


class Bench:
    """A simulator and a client of it; the customer has just written."""

    def __init__(self, simulator: Simulator, cloud: CloudClient) -> None:
        self.simulator, self.world, self.cloud = simulator, simulator.world, cloud
        self.world.write(PHONE, "Hola")

    async def send(self, text: str = "Hola", to: Address = TO) -> str:
        return (await self.cloud.send("106", outbound.text(to, text))).wamid

    async def failure(self, to: Address = TO) -> CloudError:
        with pytest.raises(CloudError) as failed:
            await self.send(to=to)
        return failed.value


async def bench_of(stack: AsyncExitStack, account: Account, token: str = "") -> Bench:
    simulator = await stack.enter_async_context(open_simulator(account))
    return await at(stack, simulator, token or account.token)


async def at(stack: AsyncExitStack, simulator: Simulator, token: str, timeouts: httpx2.Timeout = PATIENT) -> Bench:
    cloud = await stack.enter_async_context(
        open_cloud(base_url=simulator.url, version="v26.0", token=SecretStr(token), timeouts=timeouts, verify=False)
    )
    return Bench(simulator, cloud)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def bench(stack: AsyncExitStack) -> Bench:
    return await bench_of(stack, Account())


SHAPES: list[Body] = [
    shaped(OutboundMessage("¿Sí?", [Choice("a", "Sí")]), TO, menu="Ver"),
    shaped(
        OutboundMessage("¿Cuál?", [Choice(f"c{n}", "Un hervidor de acero " * 3) for n in range(12)]), TO, menu="Ver"
    ),
    outbound.rows(TO, "¿Cuál?", [Row("a", "A", "x" * 72)], menu="Ver", header="Mesa", footer="Gracias"),
    outbound.web_link(TO, "Su pedido", "https://example.com", label="Ver pedido"),
    outbound.media(TO, "image", media_id="7", caption="x" * 1024),
    outbound.media(TO, "document", link="https://example.com/f.pdf", filename="f.pdf"),
    outbound.template(TO, "hello_world", "en_US"),
    outbound.reaction(TO, "wamid.9", "👍"),
    outbound.location(TO, 40.4, -3.7, name="Tienda", place="Calle 1"),
    outbound.text(Address(PHONE, reply_to="wamid.9"), "x" * 4096),
]


async def test_the_simulator_takes_every_shape_that_we_make(bench: Bench) -> None:
    sent = [(await bench.cloud.send("106", body)).wamid for body in SHAPES]

    assert [taken.wamid for taken in bench.world.accepted()] == sent
    assert [taken.body for taken in bench.world.accepted()] == SHAPES
    assert len(set(sent)) == len(sent)


TEXT = outbound.text(TO, "x")


async def test_the_simulator_refuses_what_breaks_a_limit(bench: Bench) -> None:
    body = TEXT | {"text": {"body": "x" * 4097}}

    with pytest.raises(CloudError) as failed:
        await bench.cloud.send("106", body)

    assert (failed.value.status, failed.value.error_code, failed.value.kind) == (400, 100, "never")
    assert bench.world.accepted() == []


async def test_a_wrong_token_or_number_is_told_apart(stack: AsyncExitStack, bench: Bench) -> None:
    stranger = await bench_of(stack, Account(), token="other")

    assert ((await stranger.failure()).status, (await stranger.failure()).kind) == (401, "operator")
    with pytest.raises(CloudError) as failed:
        await bench.cloud.send("107", TEXT)
    assert (failed.value.error_code, failed.value.subcode) == (100, 33)


async def test_nothing_but_a_template_goes_out_when_the_customer_was_quiet_for_a_day(bench: Bench) -> None:
    bench.world.clock.ahead = 24 * 3600 + 1

    assert (await bench.failure()).kind == "template"
    assert (await bench.cloud.send("106", outbound.template(TO, "hello_world", "en_US"))).wamid
    bench.world.write(PHONE, "Hola otra vez")
    assert await bench.send()


async def test_a_customer_and_a_number_have_a_rate(stack: AsyncExitStack) -> None:
    bench = await bench_of(stack, Account(pair_burst=2, per_s=4, pair_every_s=60))
    bench.world.clock = Still()
    bench.world.write("34600111333", "Hola")

    await bench.send()
    await bench.send()
    pair = await bench.failure()
    await bench.send(to=Address("34600111333"))
    number = await bench.failure(to=Address("34600111333"))
    bench.world.clock.ahead = 61

    assert (pair.error_code, pair.kind) == (131056, "pair")
    assert (number.error_code, number.kind) == (130429, "throttle")
    assert await bench.send()


@pytest.mark.parametrize("code", [131000, 131016, 131056, 130429])
async def test_a_script_refuses_and_then_all_is_well(bench: Bench, code: int) -> None:
    bench.world.plan(Step(what="refuse", code=code, times=2))

    assert [(await bench.failure()).error_code for _ in range(2)] == [code, code]
    assert bench.world.accepted() == []
    assert await bench.send()


@pytest.mark.parametrize("step", [Step(what="hang", seconds=3600), Step(what="cut"), Step(what="break", status=503)])
@pytest.mark.parametrize("taken", [True, False])
async def test_what_happened_to_a_message_can_be_unknowable(
    stack: AsyncExitStack, bench: Bench, step: Step, taken: bool
) -> None:
    bench.world.plan(step.model_copy(update={"taken": taken}))
    timeouts = HASTY if step.what == "hang" else PATIENT

    error = await (await at(stack, bench.simulator, bench.world.account.token, timeouts)).failure()
    await until(lambda: not bench.world.script)

    assert error.kind == "ambiguous"
    assert [one.opaque for one in bench.world.accepted()] == ["out_1"] * taken
    assert await bench.send()


async def test_a_server_that_is_away_got_nothing(stack: AsyncExitStack) -> None:
    token = SecretStr("t")
    cloud = await stack.enter_async_context(
        open_cloud(base_url="http://127.0.0.1:9", version="v26.0", token=token, timeouts=PATIENT, verify=False)
    )
    with pytest.raises(CloudError) as failed:
        await cloud.send("106", TEXT)

    assert failed.value.kind == "retry"


async def test_a_slow_answer_is_an_answer(bench: Bench) -> None:
    bench.world.plan(Step(what="slow", seconds=0.1))

    assert await bench.send() == bench.world.accepted()[0].wamid


async def test_reading_and_typing_are_noted(bench: Bench) -> None:
    wamid = bench.world.write(PHONE, "¿Hola?")

    await bench.cloud.mark_read("106", wamid, typing=True)

    assert bench.world.read[0]["message_id"] == wamid
    assert bench.world.read[0]["typing_indicator"] == {"type": "text"}


async def test_a_file_goes_up_and_comes_down_again(bench: Bench) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20 + b"\r\n--x\r\n"

    media_id = await bench.cloud.upload("106", content, "image/png", "a.png")
    info = await bench.cloud.media(media_id)
    file = await bench.cloud.download(info.url, 100_000)

    assert (info.mime, info.size, info.sha256) == ("image/png", len(content), file.sha256)
    assert (file.content, file.mime) == (content, "image/png")
    with pytest.raises(CloudError, match="larger than 1000"):
        await bench.cloud.download(info.url, 1000)


async def test_no_connection_of_a_download_is_kept_for_another_name(bench: Bench) -> None:
    info = await bench.cloud.media(bench.world.keep("image/png", b"x"))

    await bench.cloud.download(info.url, 10)

    transport: Any = bench.cloud._files._http._transport
    assert transport._inner._pool.connections == []


async def test_what_is_set_up_can_be_asked(bench: Bench) -> None:
    before = await bench.cloud.subscribed_apps("500")
    bench.world.courier.url = "http://127.0.0.1:9/"
    after = await bench.cloud.subscribed_apps("500")
    number = await bench.cloud.phone_number("106")

    assert (before, [app.id for app in after]) == ([], ["900"])
    assert (number.display, number.status, number.coexists) == ("+15550001111", "CONNECTED", False)


async def test_connections_are_kept_for_the_next_message(bench: Bench) -> None:
    await asyncio.gather(*(bench.send() for _ in range(5)))
    pool = bench.cloud._http._transport._pool  # type: ignore[attr-defined]  # counted nowhere else
    before = len(pool.connections)

    for _ in range(20):
        await bench.send()

    assert len(pool.connections) == before <= 5


async def test_other_processes_steer_it_over_http(bench: Bench) -> None:
    async with httpx2.AsyncClient(base_url=bench.simulator.url, verify=False, timeout=SOON_S) as http:
        await http.post("/simulator/script", json=[{"what": "refuse", "code": 131016}])
        await http.put("/simulator/clock", json={"ahead_s": 90000})
        mood = (await http.put("/simulator/mood", json={"window": "ignored"})).json()
        refused = await bench.failure()
        wamid = await bench.send()
        accepted = (await http.get("/simulator/accepted")).json()
        wrong = await http.put("/simulator/mood", json={"colour": "blue"})

    assert (refused.error_code, mood["window"], wrong.status_code) == (131016, "ignored", 422)
    assert [(one["wamid"], one["opaque"], one["recipient"]) for one in accepted] == [(wamid, "out_1", PHONE)]


async def test_who_keeps_to_the_rates_is_never_refused(stack: AsyncExitStack) -> None:
    """A message is sent the moment it may be, by a clock that passes while somebody waits and not otherwise."""
    bench = await bench_of(stack, Account(per_s=40, pair_burst=4, pair_every_s=0.2))
    clock = bench.world.clock = Still()
    rates = MemorySendRates(number=number_rate(40), pair=Rate(4, 250), now=clock.now)
    phones = [f"3460011100{number}" for number in range(8)]
    for phone in phones:
        bench.world.write(phone, "Hola")

    for phone in (*phones * 6, *phones[:1] * 8):
        while wait := (await rates.take("106", phone)).wait_s:
            clock.ahead += wait
        await bench.send(to=Address(phone))

    assert len(bench.world.accepted()) == 56
    assert clock.ahead > 1, "nobody had to wait"
