"""How soon a WhatsApp webhook is acknowledged while turns run: open loop, one message a POST, five from each customer.

The messages are sent at the given pace whether or not earlier ones are answered, signed, over kept connections, to
`laneway serve` with its worker inside and beside a `laneway worker`; Meta's side is the simulator in a process of its
own. Times are milliseconds from the first byte sent to the last byte of the 200.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Final

import orjson
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.scale.customers import HOST, Http, gauges
from benchmarks.scale.load import percentile
from benchmarks.scale.processes import Deployment, deployed, store
from benchmarks.turn import MESSAGES
from server.channels.whatsapp.signature import sign
from server.channels.whatsapp.simulator import Account, Mood, open_simulator
from tests.whatsapp import contact, message, messages

PATH: Final = "/webhooks/whatsapp"
CONNECTIONS: Final = 64
CUSTOMERS: Final = 400
"""Who write in turn; after `EACH` messages from each come others."""
EACH: Final = 5
LIMIT_MS: Final = 50.0
START_S: Final = 30.0
_END: Final = "end"


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser("webhook", help="webhooks acknowledged while turns run", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, metavar="N", help="messages a second (200)")
    parser.add_argument("--seconds", type=float, default=20, metavar="S", help="for so long (20)")
    parser.add_argument("--workers", nargs="+", type=int, default=[0, 1], metavar="N", help="worker processes (0 1)")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Measure and print."""
    table = Table(title=f"Webhooks at {given.rate} messages a second for {given.seconds:.0f} s", title_justify="left")
    for name in (
        "processes",
        "acknowledged",
        "p50 ms",
        "p99 ms",
        "slowest ms",
        "sessions that wait",
        "p99 <= 50 ms",
    ):
        table.add_column(name)
    for workers in given.workers:
        with tempfile.TemporaryDirectory() as folder, meta() as (address, tell), store(Path(folder), "everysec") as url:
            account = Account()
            settings = {
                "LANEWAY_WHATSAPP_PHONE_NUMBER_ID": next(iter(account.numbers)),
                "LANEWAY_WHATSAPP_ACCESS_TOKEN": account.token,
                "LANEWAY_WHATSAPP_APP_SECRET": account.app_secret,
                "LANEWAY_WHATSAPP_VERIFY_TOKEN": "measured",
                "LANEWAY_WHATSAPP_GRAPH_URL": address,
            }
            with deployed(Path(folder), url, workers, **settings) as deployment:
                tell(f"http://{HOST}:{deployment.port}{PATH}")
                took, waiting = uvloop.run(measure(deployment, given.rate, given.seconds, account))
        p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
        within = "yes" if p99 <= LIMIT_MS else "no"
        table.add_row(
            deployment.name, f"{len(took):,}", f"{p50:.1f}", f"{p99:.1f}", f"{max(took):.1f}", f"{waiting:,.0f}", within
        )
    Console().print(table)


@contextmanager
def meta() -> Iterator[tuple[str, Callable[[str], None]]]:
    """Run the simulated Cloud API in a process of its own; give its address, and what tells it where statuses go."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_simulate, args=(theirs,), daemon=True)
    process.start()
    if not ours.poll(START_S):
        raise RuntimeError("the simulator did not start")
    yield str(ours.recv()), ours.send
    ours.send(_END)
    process.join(START_S)


def _simulate(pipe: Connection) -> None:
    async def simulate() -> None:
        async with open_simulator(Account(per_s=10_000, pair_burst=10_000)) as simulator:
            simulator.world.feel(Mood(window="ignored"))  # it did not see the customers write
            pipe.send(simulator.url)
            while (told := await asyncio.to_thread(pipe.recv)) != _END:
                simulator.world.courier.url = told

    asyncio.run(simulate())


async def measure(deployment: Deployment, rate: int, seconds: float, account: Account) -> tuple[list[float], float]:
    """Return the milliseconds of every acknowledgement, and how many sessions wait for an answer after the last."""
    took: list[float] = []
    waiting: asyncio.Queue[int] = asyncio.Queue()
    posting = [asyncio.create_task(_post(deployment.port, account, waiting, took)) for _ in range(CONNECTIONS)]
    began, count = perf_counter(), int(rate * seconds)
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
        waiting.put_nowait(number)
    await asyncio.wait_for(waiting.join(), START_S)
    for task in posting:
        task.cancel()
    failed = [one for one in await asyncio.gather(*posting, return_exceptions=True) if isinstance(one, Exception)]
    if failed:
        raise failed[0]
    async with Http.open(deployment.port) as http:
        page = (await http.ask("GET", "/metrics")).decode()
    return took, dict(gauges(page)).get("laneway_queue_waiting", 0.0)


async def _post(port: int, account: Account, waiting: "asyncio.Queue[int]", took: list[float]) -> None:
    async with Http.open(port) as http:
        while True:
            number = await waiting.get()
            body = _body(number)
            signed = f"X-Hub-Signature-256: sha256={sign(body, account.app_secret)}\r\n"
            began = perf_counter()
            await http.ask("POST", PATH, body, headers=signed)
            took.append((perf_counter() - began) * 1000)
            waiting.task_done()


def _body(number: int) -> bytes:
    said = message(text={"body": MESSAGES[number % len(MESSAGES)]}, type="text", id=f"wamid.{number}")
    phone = _phone(number % CUSTOMERS + number // (CUSTOMERS * EACH) * CUSTOMERS)
    return orjson.dumps(messages(said | {"from": phone}, contacts=[contact(wa_id=phone, user_id=f"ES.{phone}")]))


def _phone(number: int) -> str:
    return f"346{number:08}"
