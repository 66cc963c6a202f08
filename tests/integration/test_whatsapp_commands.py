"""`laneway whatsapp`: a chat without Meta, and what is wrong with a connection."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from graphs.examples import FOLDER
from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.check import checks
from server.channels.whatsapp.simulator import Simulator, open_simulator
from server.settings import Settings
from tests.forked import laneway, serving


def test_a_newcomer_chats_through_the_whole_path_also_when_it_misbehaves(folder: Path) -> None:
    said = laneway(folder, "whatsapp", "simulate", "--hostile", typed="hola\n1\n")

    assert said.returncode == 0, said.stderr
    assert "1 ▸ Horario" in said.stdout
    assert "lunes" in said.stdout.split("▸ Horario")[1]


def test_a_document_is_sent_and_what_becomes_of_it_is_waited_for(folder: Path) -> None:
    contract = str(FOLDER / "contrato-suministro.pdf")
    said = laneway(folder, "whatsapp", "simulate", "--message", "revisa este contrato", "--file", contract)

    assert said.returncode == 0
    assert said.stdout.index("Lo estoy leyendo") < said.stdout.index("No firmar todavía")


def test_a_simulation_beside_a_running_server_is_kept_apart(folder: Path) -> None:
    contract = str(FOLDER / "contrato-suministro.pdf")
    with serving(folder):
        said = laneway(folder, "whatsapp", "simulate", "--message", "revisa este contrato", "--file", contract)
        sessions = laneway(folder, "sessions", "ls")

    assert "No firmar todavía" in said.stdout
    assert "No sessions" in sessions.stdout + sessions.stderr


def test_why_nothing_is_sent_is_said(folder: Path) -> None:
    said = laneway(folder, "whatsapp", "simulate", typed="baja\n¿a qué hora abren?\nalta\n")

    assert said.returncode == 0, said.stderr
    stopped, back = said.stdout.split("Nothing is sent: the customer wants no more messages")
    assert "último mensaje" in stopped
    assert "otra vez" in back


@pytest.mark.parametrize("arguments", [("--message", " "), ("--customer", "+34 600")])
def test_what_can_not_be_written_is_refused(folder: Path, arguments: tuple[str, str]) -> None:
    refused = laneway(folder, "whatsapp", "simulate", *arguments)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "invalid_input" in refused.stderr


def test_the_doctor_reads_what_a_start_would_refuse(folder: Path) -> None:
    found = laneway(folder, "doctor", LANEWAY_WHATSAPP_ACCESS_TOKEN="x", LANEWAY_ROUTER_MODEL="openai:small")

    assert found.returncode == 1
    assert "WhatsApp needs four settings" in found.stdout
    assert "LANEWAY_OPENAI_API_KEY is not set" in found.stdout


def test_a_number_that_is_not_connected_is_said_with_what_to_do(folder: Path) -> None:
    nothing = laneway(folder, "whatsapp", "check")
    some = laneway(
        folder, "whatsapp", "check", LANEWAY_WHATSAPP_ACCESS_TOKEN="x", LANEWAY_WHATSAPP_PHONE_NUMBER_ID="106"
    )

    assert (nothing.returncode, "No WhatsApp number is connected" in nothing.stderr) == (1, True)
    assert "LANEWAY_WHATSAPP_APP_SECRET, LANEWAY_WHATSAPP_VERIFY_TOKEN" in some.stderr
    assert "Traceback" not in nothing.stderr + some.stderr


async def asked(simulator: Simulator, folder: Path, **wrong: str) -> dict[str, bool | None]:
    account = simulator.world.account
    given = {"number": next(iter(account.numbers)), "token": account.token, "secret": account.app_secret, **wrong}
    connected = WhatsAppApp("", given["number"], SecretStr(given["token"]), [given["secret"]], "let-me-in", rate=80)
    settings = Settings.model_construct(whatsapp_graph_url=simulator.url, whatsapp_version="v26.0")
    found = await checks(connected, settings, account_id=given.get("account"), url=given.get("url"))
    assert all(one.fix for one in found if one.passed is False)
    return {one.name: one.passed for one in found}


async def test_every_part_of_a_connection_is_checked(folder: Path) -> None:
    async with open_simulator() as simulator:
        right = await asked(simulator, folder)
        simulator.world.courier.url = "http://127.0.0.1:9/"
        subscribed = await asked(simulator, folder, account=simulator.world.account.account_id)

    assert right == {"number": True, "app secret": True, "subscription": None, "webhook": None}
    assert subscribed["subscription"]


async def test_a_meta_that_can_not_be_reached_is_not_taken_for_a_wrong_number() -> None:
    app = WhatsAppApp("", "106", SecretStr("t"), ["s"], "let-me-in", rate=80)
    settings = Settings.model_construct(whatsapp_graph_url="http://127.0.0.1:9", whatsapp_version="v26.0")

    found = await checks(app, settings, url="http://shop.example")

    assert [(one.name, one.passed) for one in found] == [("Cloud API", False), ("webhook", False)]
    assert "reach" in found[0].fix
    assert "https" in found[1].fix


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"token": "expired"}, "token"),
        ({"number": "999"}, "number"),
        ({"secret": "another"}, "app secret"),
        ({"account": "999"}, "subscription"),
        ({"account": "500"}, "subscription"),
        ({"url": "http://127.0.0.1:9"}, "webhook"),
        ({"url": "nonsense"}, "webhook"),
    ],
)
async def test_what_is_wrong_is_named(folder: Path, wrong: dict[str, str], name: str) -> None:
    async with open_simulator() as simulator:
        found = await asked(simulator, folder, **wrong)

    assert found[name] is False
